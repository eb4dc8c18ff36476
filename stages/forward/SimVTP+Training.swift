public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// Pre-training on pairs of video and text: the passes through the network that the chosen losses need.
///
/// ```swift
/// let model = VideoTextModel(try SimVTP(SimVTPConfiguration(vocabularySize: 30_522)), negatives: .hard)
/// ```
/// Pairs and mismatched pairs go through the encoder in one pass, and what the pairs become there is what pixels and words are
/// predicted from. Tokens of videos and embeddings of texts are made once for all passes.
public struct VideoTextModel: TrainingModel {
  public let network: SimVTP
  /// The losses that are wanted.
  public let losses: VideoTextLosses
  /// How the videos of mismatched pairs are drawn.
  public let negatives: VideoTextNegatives

  /// - Precondition: at least one loss.
  public init(_ network: SimVTP, losses: VideoTextLosses = .all, negatives: VideoTextNegatives = .random) {
    precondition(!losses.isEmpty, "pre-training without a loss")
    self.network = network
    self.losses = losses
    self.negatives = negatives
  }

  public var parameters: ParameterStore { network.parameters }

  /// - Returns: what the chosen losses are computed from.
  /// - Throws: ``ModelError`` if clips, masks or texts do not fit the network; ``ShapeError`` for a batch of one pair where
  ///   matching is wanted.
  public func callAsFunction(_ batch: VideoTextBatch, _ pass: ForwardPass) throws -> VideoTextPrediction {
    let (video, texts) = (batch.video, batch.texts)
    let input = try network.input(
      clips: video.clips, hidden: video.hidden, ids: texts.ids, lengths: texts.lengths, pass)
    var prediction = VideoTextPrediction()
    if losses.contains(.vtc) { prediction.features = features(of: input, pass) }
    guard !losses.isDisjoint(with: [.video, .text, .vtm]) else { return prediction }
    let strangers = losses.contains(.vtm) ? try mismatched(batch, input, prediction.features) : nil
    let fused = network.fused(input, negatives: strangers, pass)
    if losses.contains(.video) { prediction.pixels = network.pixels(of: fused, input, pass) }
    if losses.contains(.text) {
      let hidden = batch.words.positions
      prediction.words = network.words(of: fused, input, at: hidden.isEmpty ? [0] : hidden)
    }
    if losses.contains(.vtm) { prediction.matches = network.matches(of: fused, pass) }
    return prediction
  }

  private func features(of input: SimVTP.Input, _ pass: ForwardPass) -> ClipTextFeatures {
    ClipTextFeatures(
      videos: network.videoFeatures(of: input, pass), texts: network.textFeatures(of: input, pass))
  }

  /// For each text the number of a video that it does not belong to.
  private func mismatched(
    _ batch: VideoTextBatch, _ input: SimVTP.Input, _ features: ClipTextFeatures?
  ) throws(ShapeError) -> [Int] {
    guard batch.count > 1 else {
      throw ShapeError(
        "matching loss", [batch.video.clips.shape],
        "a batch of one pair has no video that its text does not belong to. Use batches of 2 or more, or do without vtm"
      )
    }
    return negatives.indices(
      draws: batch.draws,
      cosines: withoutGradients {
        // Without the contrastive loss they are made for this alone.
        let known = features ?? self.features(of: input, .evaluation)
        return known.texts.detached.cosines(with: known.videos.detached)
      })
  }
}

extension VideoTextModel: ActivationBounded {
  public var keptValuesPerClip: Int { network.keptValuesPerClip }
}

/// Fine-tuning for retrieval: a feature of each clip and of each text.
public struct RetrievalModel: TrainingModel {
  public let network: SimVTPTowers

  public init(_ network: SimVTPTowers) {
    self.network = network
  }

  public var parameters: ParameterStore { network.parameters }

  public func callAsFunction(_ batch: ClipTextBatch, _ pass: ForwardPass) throws -> ClipTextFeatures {
    ClipTextFeatures(
      videos: try network.videoFeatures(of: batch.clips, pass),
      texts: try network.textFeatures(of: batch.texts, pass))
  }
}

extension RetrievalModel: ActivationBounded {
  public var keptValuesPerClip: Int { network.keptValuesPerClip }
}

extension SimVTPTowers {
  /// One feature per text, `[B, D]`: the mean over all its positions, padding among them.
  /// - Throws: ``ModelError`` if a text is too long, or an id is outside the vocabulary.
  public func textFeatures(of texts: PaddedTexts, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    try textFeatures(of: texts.ids, lengths: texts.lengths, pass)
  }
}

extension SimVTP {
  /// Predicts what is hidden of the clips and texts of a batch, from one pass over both.
  /// - Throws: ``ModelError`` if clips, masks or texts do not fit the network.
  public func reconstruction(of batch: VideoTextBatch) throws -> Reconstruction {
    try reconstruction(
      of: batch.video.clips, hidden: batch.video.hidden, ids: batch.texts.ids, lengths: batch.texts.lengths,
      words: batch.words.positions)
  }
}
