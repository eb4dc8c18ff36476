public import SluiceNN
public import SluiceTensor

/// A masked autoencoder for videos and the texts that belong to them: one encoder for both.
///
/// ```swift
/// let model = try SimVTP(SimVTPConfiguration(vocabularySize: 30_522))
/// ```
/// Visible tokens of the video come first, then all tokens of the text, hidden words among them as `[MASK]`. Parameters have
/// the published model's names.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct SimVTP: Sendable {
  /// The network's shape.
  public let configuration: SimVTPConfiguration
  /// The network's parameters.
  public var parameters: ParameterStore { video.parameters }

  let video: VideoMAE
  private let embeddings: TextEmbeddings
  private let wordHead: Linear
  private let matchHead: Linear

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: SimVTPConfiguration = SimVTPConfiguration()) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    video = try VideoMAE(configuration.video)
    let scope = ParameterScope(video.parameters)
    let width = configuration.video.dimension
    embeddings = TextEmbeddings(scope["text_embeddings"], configuration)
    func head(_ name: String, _ outputs: Int) -> Linear {
      Linear(scope[name], inputs: width, outputs: outputs, weight: .xavier(inputs: width, outputs: outputs))
    }
    wordHead = head("text_cls", configuration.vocabularySize)
    matchHead = head("vtm_head", 2)
  }

  /// What the passes through the encoder begin with.
  package struct Input {
    /// The tokens of each clip that are not hidden.
    let tokens: VideoMAE.VisibleTokens
    let texts: TokenRows
    /// The texts' embeddings, `[B, S, D]`, before dropout.
    let embedded: Tensor

    /// Visible tokens of a clip.
    var visibleCount: Int { tokens.rows.shape[1] }
    /// Pairs.
    package var count: Int { texts.lengths.count }
  }

  /// Makes tokens of clips and texts: once, however many passes use them.
  /// - Parameters:
  ///   - clips: `[B, 3, T, H, W]`, normalized.
  ///   - hidden: row-major `[B, t, h, w]`, 1 where a token is hidden; as many in each clip.
  ///   - ids: row-major `[B, S]`, as the network sees them: hidden words are `[MASK]`.
  ///   - lengths: tokens of each text without padding.
  /// - Throws: ``ModelError`` if a shape does not fit, or an id is outside the vocabulary.
  package func input(
    clips: Tensor, hidden: [UInt8], ids: some Collection<some BinaryInteger>, lengths: [Int], _ pass: ForwardPass
  ) throws(ModelError) -> Input {
    let texts = try TokenRows(ids, lengths: lengths, for: configuration)
    guard clips.shape.rank > 0, clips.shape[0] == lengths.count else {
      throw ModelError(
        "SimVTP: clips are \(clips.shape.dimensions) for \(lengths.count) texts, wanted is one clip a text")
    }
    let tokens = try video.visibleTokens(of: clips, hidden: hidden, pass)
    pass.observe("video_tokens", tokens.rows)
    let embedded = embeddings(texts)
    pass.observe("text_embeddings", embedded)
    return Input(tokens: tokens, texts: texts, embedded: embedded)
  }

  /// The encoder's output for videos and texts together, `[B, visible + S, D]`; with negatives `[2B, …]`: behind the pairs
  /// the texts once more, each with a video that it does not belong to.
  /// - Parameter negatives: for each text the number of that video; none if `nil`.
  package func fused(_ input: Input, negatives: [Int]? = nil, _ pass: ForwardPass) -> Tensor {
    var (videos, texts) = (input.tokens.rows, input.embedded)
    if let negatives {
      // Masks of videos go with them: what is hidden of a video is no part of its rows.
      videos = videos.rows(at: Array(0..<input.count) + negatives)
      texts = .concatenated([texts, texts], axis: 0)
    }
    texts = pass.dropout(texts, rate: configuration.textDropout)
    // Texts repeat behind themselves, and so does a mask of as many rows as there are texts.
    return video.encoded(
      .concatenated([videos, texts], axis: 1), mask: input.texts.mask(leading: input.visibleCount), pass)
  }

  /// What is predicted for the hidden tokens of each clip, `[B, hidden, width]`.
  /// - Parameter fused: of ``fused(_:negatives:_:)``.
  package func pixels(of fused: Tensor, _ input: Input, _ pass: ForwardPass) -> Tensor {
    video.decoded(fused.pairs(input.count).slice(0..<input.visibleCount, axis: 1), input.tokens, pass)
  }

  /// A score of every word of the vocabulary at positions of the texts, `[positions, vocabularySize]`.
  /// - Parameters:
  ///   - fused: of ``fused(_:negatives:_:)``.
  ///   - positions: in the `[B, S]` ids, counted row by row.
  package func words(of fused: Tensor, _ input: Input, at positions: [Int]) -> Tensor {
    let (tokens, width) = (fused.shape[1], input.texts.width)
    let rows = positions.map { $0 / width * tokens + input.visibleCount + $0 % width }
    return wordHead(fused.reshaped(fused.shape[0] * tokens, fused.shape[2]).rows(at: rows))
  }

  /// How much each row speaks for a pair that does not belong together and for one that does, `[rows, 2]`.
  /// - Parameter fused: of ``fused(_:negatives:_:)``.
  package func matches(of fused: Tensor, _ pass: ForwardPass) -> Tensor {
    let features = fused.mean(over: 1)
    pass.observe("match_features", features)
    let logits = matchHead(features)
    pass.observe("match_logits", logits)
    return logits
  }

  /// A feature of each video alone, `[B, D]`.
  package func videoFeatures(of input: Input, _ pass: ForwardPass) -> Tensor {
    let features = video.encoded(input.tokens.rows, pass).mean(over: 1)
    pass.observe("video_single", features)
    return features
  }

  /// A feature of each text alone, `[B, D]`: the mean over all its positions, padding among them.
  package func textFeatures(of input: Input, _ pass: ForwardPass) -> Tensor {
    let texts = pass.dropout(input.embedded, rate: configuration.textDropout)
    let features = video.encoded(texts, mask: input.texts.mask(), pass).mean(over: 1)
    pass.observe("text_single", features)
    return features
  }
}

extension SimVTP {
  /// What the network makes of hidden tokens and words, from one pass over both.
  public struct Reconstruction: Sendable {
    /// Of the hidden tokens of each clip, in the order of the grid, `[B, hidden, width]`.
    public let pixels: Tensor
    /// A score of every word of the vocabulary for each hidden word, `[words, vocabularySize]`.
    public let words: Tensor
  }

  /// Predicts what is hidden of clips and texts, without gradients.
  /// - Parameters:
  ///   - clips: `[B, 3, T, H, W]`, normalized.
  ///   - hidden: row-major `[B, t, h, w]`, 1 where a token is hidden; as many in each clip.
  ///   - ids: row-major `[B, S]`, hidden words being `[MASK]`.
  ///   - lengths: tokens of each text without padding.
  ///   - words: positions of hidden words in the ids, counted row by row.
  /// - Throws: ``ModelError`` if a shape does not fit, or an id is outside the vocabulary.
  public func reconstruction(
    of clips: Tensor, hidden: [UInt8], ids: some Collection<some BinaryInteger>, lengths: [Int], words: [Int]
  ) throws -> Reconstruction {
    try withoutGradients {
      let input = try self.input(clips: clips, hidden: hidden, ids: ids, lengths: lengths, .evaluation)
      let fused = self.fused(input, .evaluation)
      let none = Tensor.zeros([0, configuration.vocabularySize])
      return Reconstruction(
        pixels: pixels(of: fused, input, .evaluation),
        words: words.isEmpty ? none : self.words(of: fused, input, at: words))
    }
  }
}

extension Tensor {
  /// The first `count` samples.
  fileprivate func pairs(_ count: Int) -> Tensor { shape[0] == count ? self : slice(0..<count, axis: 0) }
}
