public import SluiceNN
public import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// The objective of pre-training on pairs of video and text: pixels, words, contrast and matching, as far as a network was
/// asked for them.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct VideoTextObjective: Objective, Equatable {
  /// How features of videos and texts are compared.
  public var contrast: Contrast

  public init(contrast: Contrast = Contrast()) {
    self.contrast = contrast
  }

  /// `loss_video`, `loss_text`, `loss_vtc` and `loss_vtm` of what the output has; what is right of the hidden words
  /// (`word_acc`), of the texts' nearest videos (`vtc_acc`) and of the pairs (`vtm_acc`), and beside each what guessing would
  /// get right.
  /// - Throws: ``ShapeError`` if output and batch do not fit.
  public func loss(of output: VideoTextPrediction, for batch: VideoTextBatch) throws -> LossTerms {
    var (terms, metrics): ([LossTerms.Term], [String: Double]) = ([], [:])
    func add(_ name: String, _ part: (loss: Tensor, metrics: [String: Double])) {
      terms.append(LossTerms.Term(name, part.loss))
      metrics.merge(part.metrics) { own, _ in own }
    }
    if let pixels = output.pixels { add("loss_video", (try loss(ofPixels: pixels, batch), [:])) }
    if let words = output.words { add("loss_text", try loss(ofWords: words, batch.words)) }
    if let features = output.features { add("loss_vtc", try contrast.loss(of: features)) }
    if let matches = output.matches { add("loss_vtm", try loss(ofMatches: matches, pairs: batch.count)) }
    return LossTerms(terms, metrics: metrics)
  }

  /// The mean squared error over all values of all hidden tokens.
  private func loss(ofPixels pixels: Tensor, _ batch: VideoTextBatch) throws(ShapeError) -> Tensor {
    let targets = batch.video.targets.values
    guard pixels.shape.rank == 3, pixels.shape[0] * pixels.shape[1] == targets.shape[0] else {
      throw ShapeError("pixel loss", [pixels.shape, targets.shape], "wanted is a row for each hidden token")
    }
    let rows = pixels.reshaped(targets.shape[0], pixels.shape[2])
    try rows.shape.check(is: targets.shape, in: "pixel loss")
    return rows.loss(to: targets)
  }

  /// The mean cross-entropy of the hidden words of the batch; 0 where none is hidden.
  private func loss(
    ofWords logits: Tensor, _ words: HiddenWords
  ) throws(ShapeError) -> (loss: Tensor, metrics: [String: Double]) {
    // With gradients of 0, so that what predicts words is not left out of this step alone.
    guard !words.ids.isEmpty else { return (logits.sumOfAll() * 0, [:]) }
    let prediction = try TokenPrediction(of: logits, to: VisualTokens(cells: words.positions, words: words.ids))
    return (prediction.loss, prediction.metrics("word_acc"))
  }

  /// The mean cross-entropy of pairs, of which the second half does not belong together.
  private func loss(
    ofMatches logits: Tensor, pairs: Int
  ) throws(ShapeError) -> (loss: Tensor, metrics: [String: Double]) {
    try logits.shape.check(is: [2 * pairs, 2], in: "matching loss")
    let labels = [Int](repeating: 1, count: pairs) + [Int](repeating: 0, count: pairs)
    let right = zip(logits.indicesOfLargest(), labels).count { $0 == $1 }
    return (
      logits.crossEntropy(labels: labels),
      ["vtm_acc": Double(right) / Double(labels.count), "vtm_acc" + LossTerms.guessSuffix: 0.5]
    )
  }
}

/// The objective of fine-tuning for retrieval: each text is to be nearer to its own video than to the others of the batch,
/// and each video likewise.
public struct ContrastiveObjective: Objective, Equatable {
  /// How features of videos and texts are compared.
  public var contrast: Contrast

  public init(contrast: Contrast = Contrast()) {
    self.contrast = contrast
  }

  /// The loss, and the share of texts that are nearest to their own video (`vtc_acc`) beside that of guessing.
  /// - Throws: ``ShapeError`` if there are not as many videos as texts.
  public func loss(of output: ClipTextFeatures, for batch: ClipTextBatch) throws -> LossTerms {
    let (loss, metrics) = try contrast.loss(of: output)
    return LossTerms(loss, metrics: metrics)
  }
}

extension Contrast {
  /// The loss of texts and videos, and how many texts are nearest to their own video.
  fileprivate func loss(
    of features: ClipTextFeatures
  ) throws(ShapeError) -> (loss: Tensor, metrics: [String: Double]) {
    let loss = try loss(of: features.texts, and: features.videos)
    return (
      loss,
      [
        "vtc_acc": Contrast.accuracy(of: features.texts, and: features.videos),
        "vtc_acc" + LossTerms.guessSuffix: 1 / Double(features.texts.shape[0]),
      ]
    )
  }
}
