public import SluiceNN
public import SluiceTensor

/// Two networks that are fine-tuned from the encoder of one ``SimVTP``, for finding videos by texts and texts by videos.
///
/// ```swift
/// let towers = try SimVTPTowers(SimVTPConfiguration(vocabularySize: 30_522))
/// let videos = try towers.videoFeatures(of: .zeros([2, 3, 16, 224, 224]))   // [2, 768]
/// ```
/// The closer two features are in angle, the better video and text fit. Each tower has the parameters of both kinds of input,
/// as the published model has; those of the kind that it does not read get no gradient, and so stay as they are.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct SimVTPTowers: Sendable {
  /// The networks' shape; the decoder's does not matter.
  public let configuration: SimVTPConfiguration
  /// The parameters of both towers.
  public let parameters: ParameterStore

  private let videos: SimVTPTower
  private let texts: SimVTPTower

  /// Describes the networks; their parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: SimVTPConfiguration = SimVTPConfiguration()) throws(ModelError) {
    try configuration.validate()
    try configuration.video.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    videos = SimVTPTower(ParameterScope(parameters)["video_encoder"], configuration)
    texts = SimVTPTower(ParameterScope(parameters)["text_encoder"], configuration)
  }

  /// Width of a feature.
  public var featureDimension: Int { configuration.video.dimension }

  /// One feature per clip, `[B, D]`.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  /// - Throws: ``ModelError`` if they are of another size.
  public func videoFeatures(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    let features = try videos.features(of: clips, pass)
    pass.observe("video_embedding", features)
    return features
  }

  /// One feature per text, `[B, D]`: the mean over all its positions, padding among them.
  /// - Parameters:
  ///   - ids: row-major `[B, S]`.
  ///   - lengths: tokens of each text without padding.
  /// - Throws: ``ModelError`` if a text is too long, or an id is outside the vocabulary.
  public func textFeatures(
    of ids: some Collection<some BinaryInteger>, lengths: [Int], _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    let features = texts.features(of: try TokenRows(ids, lengths: lengths, for: configuration), pass)
    pass.observe("text_embedding", features)
    return features
  }
}

/// An encoder that can read clips or texts.
private struct SimVTPTower: Sendable {
  private let configuration: SimVTPConfiguration
  private let patches: PatchEmbedding
  private let blocks: [ViTBlock]
  private let norm: LayerNorm
  private let embeddings: TextEmbeddings

  init(_ scope: ParameterScope, _ configuration: SimVTPConfiguration) {
    self.configuration = configuration
    let video = configuration.video
    patches = PatchEmbedding(scope["patch_embed.proj"], video)
    blocks = ViTBlock.stack(
      scope, video.encoderSizes(deviation: 0.02), depth: video.depth, dropPathRate: video.dropPathRate)
    norm = LayerNorm(scope["fc_norm"], dimension: video.dimension, epsilon: 1e-6)
    embeddings = TextEmbeddings(scope["text_embeddings"], configuration)
  }

  func features(of clips: Tensor, _ pass: ForwardPass) throws(ModelError) -> Tensor {
    try configuration.video.check(clips.shape.dimensions)
    let table = Tensor.waves(rows: configuration.video.tokenGrid.count, width: configuration.video.dimension)
    return pooled(patches(clips) + table, mask: nil, pass)
  }

  func features(of texts: TokenRows, _ pass: ForwardPass) -> Tensor {
    pooled(pass.dropout(embeddings(texts), rate: configuration.textDropout), mask: texts.mask(), pass)
  }

  private func pooled(_ tokens: Tensor, mask: Tensor?, _ pass: ForwardPass) -> Tensor {
    var rows = tokens
    for block in blocks { rows = pass.block(rows) { block($0, mask: mask, $1) } }
    return norm(rows.mean(over: 1))
  }
}
