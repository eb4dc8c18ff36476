public import SluiceNN
public import SluiceTensor

/// A video transformer with attention divided between time and space, joint, or in space only.
///
/// ```swift
/// let model = try TimeSformer(.timeSformerBase)
/// let features = try model.features(of: clips)   // [B, 768]
/// ```
/// Parameters have VideoTransformer-pytorch's names.
/// - Source: Bertasius et al., "Is space-time attention all you need for video understanding?", ICML 2021.
public struct TimeSformer: Sendable {
  /// The forms of attention that there are, the usual one first.
  public static let attentions: [SpaceTimeConfiguration.Attention] = [.divided, .joint, .spaceOnly]

  /// The network's shape.
  public let configuration: SpaceTimeConfiguration
  /// The network's parameters, and those of a head that was added to it.
  public let parameters: ParameterStore

  private let embedding: SpaceTimeEmbedding
  private let blocks: [SpaceTimeBlock]
  private let norm: LayerNorm

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: SpaceTimeConfiguration = .timeSformerBase) throws(ModelError) {
    try configuration.validate("TimeSformer", attentions: TimeSformer.attentions)
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters, prefix: "model.")
    embedding = SpaceTimeEmbedding(scope, configuration)
    blocks = SpaceTimeBlock.stack(
      scope["transformer_layers.layers"], configuration, depth: configuration.depth,
      isDivided: configuration.attention == .divided)
    norm = LayerNorm(scope["norm"], dimension: configuration.dimension, epsilon: 1e-6)
  }

  /// One feature per clip, `[B, D]`.
  ///
  /// Clips of another size than the configuration's are taken too: the position table is resized.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  /// - Throws: ``ModelError`` if a shape does not fit the configuration.
  public func features(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    try configuration.check(clips, model: "TimeSformer", isSizeFree: true)
    let (batch, steps) = (clips.shape[0], configuration.stepCount)
    var tokens = embedded(clips, pass)
    for (index, block) in blocks.enumerated() {
      tokens = pass.block(tokens) { [isDivided = configuration.attention == .divided] in
        isDivided ? block.divided($0, steps: steps, $1) : block($0, $1)
      }
      pass.observe("container0.layer\(index)", tokens)
    }
    if configuration.attention == .spaceOnly {
      let (rows, width) = (tokens.shape[1], tokens.shape[2])
      tokens = tokens.reshaped(batch, steps, rows * width).mean(over: 1).reshaped(batch, rows, width)
    }
    return configuration.pooled(tokens, norm, pass)
  }

  /// What the last block's attention in space looks at: `[B × steps, heads, 1 + p, 1 + p]` (joint: `[B, heads, N, N]`).
  ///
  /// Rows are queries and sum to 1; row and column 0 are the class token's.
  public func attentionWeights(of clips: Tensor) throws(ModelError) -> Tensor {
    try configuration.check(clips, model: "TimeSformer", isSizeFree: true)
    return withoutGradients {
      let steps = configuration.stepCount
      let isDivided = configuration.attention == .divided
      var tokens = embedded(clips, .evaluation)
      for block in blocks.dropLast() {
        tokens = isDivided ? block.divided(tokens, steps: steps, .evaluation) : block(tokens, .evaluation)
      }
      // A configuration has at least one block.
      let last = blocks[blocks.count - 1]
      return last.space.weights(last.spaceInput(tokens, steps: isDivided ? steps : nil))
    }
  }

  private func embedded(_ clips: Tensor, _ pass: ForwardPass) -> Tensor {
    let tokens =
      configuration.attention == .spaceOnly
      ? embedding.frames(clips, pass) : embedding.sequence(clips, pass)
    pass.observe("embedded", tokens)
    return tokens
  }
}

extension SpaceTimeBlock {
  /// `depth` blocks whose stochastic depth grows from 0 to the configuration's rate.
  static func stack(
    _ scope: ParameterScope, _ configuration: SpaceTimeConfiguration, depth: Int, isDivided: Bool
  ) -> [SpaceTimeBlock] {
    (0..<depth).map { index in
      let rate = depth > 1 ? configuration.dropPathRate * Double(index) / Double(depth - 1) : 0
      return SpaceTimeBlock(scope["\(index)"], configuration, isDivided: isDivided, dropRate: rate)
    }
  }
}

extension SpaceTimeConfiguration {
  /// Throws unless `clips` fit: `[B, 3, T, H, W]` of whole patches, and of the configuration's size unless it is free.
  func check(_ clips: Tensor, model: String, isSizeFree: Bool) throws(ModelError) {
    let shape = clips.shape
    guard shape.rank == 5, shape[1] == 3, shape[2] == frameCount else {
      throw ModelError(
        "\(model): clips are \(shape), wanted are [B, 3, \(frameCount), H, W]. Change the sampling or the model")
    }
    let isWhole = shape[3] % patchSize == 0 && shape[4] % patchSize == 0 && shape[3] > 0 && shape[4] > 0
    guard isSizeFree ? isWhole : shape[3] == imageSize && shape[4] == imageSize else {
      let wanted = isSizeFree ? "multiples of \(patchSize)" : "\(imageSize)"
      throw ModelError(
        "\(model): frames are \(shape[3]) × \(shape[4]) pixels, wanted are \(wanted). Change the crop or the model")
    }
  }

  /// The feature of each row of `[rows, N, D]` after the last norm.
  func pooled(_ tokens: Tensor, _ norm: LayerNorm, _ pass: ForwardPass) -> Tensor {
    let features =
      switch pooling {
      case .classToken: norm(tokens.slice(0..<1, axis: 1)).reshaped(tokens.shape[0], tokens.shape[2])
      case .mean: norm(tokens.slice(1..<tokens.shape[1], axis: 1)).mean(over: 1)
      }
    pass.observe("features", features)
    return features
  }
}
