public import SluiceNN
public import SluiceTensor

/// A video transformer on tubelets: a factorized encoder, joint or divided attention.
///
/// ```swift
/// let model = try ViViT(.vivitBase)
/// let features = try model.features(of: clips)   // [B, 768]
/// ```
/// Parameters have VideoTransformer-pytorch's names.
/// - Source: Arnab et al., "ViViT: a video vision transformer", ICCV 2021.
public struct ViViT: Sendable {
  /// The forms of attention that there are, the usual one first.
  public static let attentions: [SpaceTimeConfiguration.Attention] = [.factorized, .joint, .divided]

  /// The network's shape.
  public let configuration: SpaceTimeConfiguration
  /// The network's parameters, and those of a head that was added to it.
  public let parameters: ParameterStore

  private let embedding: SpaceTimeEmbedding
  private let blocks: [SpaceTimeBlock]
  private let temporalBlocks: [SpaceTimeBlock]
  private let norm: LayerNorm

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: SpaceTimeConfiguration = .vivitBase) throws(ModelError) {
    try configuration.validate("ViViT", attentions: ViViT.attentions)
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters, prefix: "model.")
    embedding = SpaceTimeEmbedding(scope, configuration)
    let isFactorized = configuration.attention == .factorized
    blocks = SpaceTimeBlock.stack(
      scope[isFactorized ? "transformer_layers.0.layers" : "transformer_layers.layers"], configuration,
      depth: configuration.depth, isDivided: configuration.attention == .divided)
    temporalBlocks =
      isFactorized
      ? SpaceTimeBlock.stack(
        scope["transformer_layers.1.layers"], configuration, depth: configuration.temporalDepth, isDivided: false) : []
    norm = LayerNorm(scope["norm"], dimension: configuration.dimension, epsilon: 1e-6)
  }

  /// One feature per clip, `[B, D]`.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  /// - Throws: ``ModelError`` if a shape does not fit the configuration.
  public func features(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    let tokens = try run(clips, pass, temporal: temporalBlocks)
    return configuration.pooled(tokens, norm, pass)
  }

  /// What the last attention looks at: factorized `[B, heads, 1 + t, 1 + t]`, divided `[B × t, heads, 1 + p, 1 + p]`,
  /// joint `[B, heads, N, N]`.
  ///
  /// Rows are queries and sum to 1; row and column 0 are the class token's.
  public func attentionWeights(of clips: Tensor) throws -> Tensor {
    guard let last = temporalBlocks.last else { return try spatialWeights(of: clips) }
    return try withoutGradients {
      last.space.weights(try run(clips, .evaluation, temporal: temporalBlocks.dropLast()))
    }
  }

  /// What the last attention among the patches of a step looks at, `[B × t, heads, 1 + p, 1 + p]` (joint: as
  /// ``attentionWeights(of:)``).
  func spatialWeights(of clips: Tensor) throws -> Tensor {
    try withoutGradients {
      // A configuration has at least one block in each stack.
      let last = blocks[blocks.count - 1]
      let tokens = try spatial(clips, .evaluation, blocks.dropLast())
      let isDivided = configuration.attention == .divided
      return last.space.weights(last.spaceInput(tokens, steps: isDivided ? configuration.stepCount : nil))
    }
  }

  private func spatial(
    _ clips: Tensor, _ pass: ForwardPass, _ blocks: some Collection<SpaceTimeBlock>
  ) throws(ModelError) -> Tensor {
    try configuration.check(clips, model: "ViViT", isSizeFree: false)
    let isFactorized = configuration.attention == .factorized
    var tokens = isFactorized ? embedding.frames(clips, pass) : embedding.sequence(clips, pass)
    pass.observe("embedded", tokens)
    for (index, block) in blocks.enumerated() {
      tokens = pass.block(tokens) { [configuration] in
        configuration.attention == .divided
          ? block.divided($0, steps: configuration.stepCount, $1) : block($0, $1)
      }
      pass.observe("container0.layer\(index)", tokens)
    }
    return tokens
  }

  private func run(
    _ clips: Tensor, _ pass: ForwardPass, temporal: some Collection<SpaceTimeBlock>
  ) throws(ModelError) -> Tensor {
    var tokens = try spatial(clips, pass, blocks)
    guard configuration.attention == .factorized else { return tokens }
    tokens = steps(of: tokens)
    for (index, block) in temporal.enumerated() {
      tokens = pass.block(tokens) { block($0, $1) }
      pass.observe("container1.layer\(index)", tokens)
    }
    return tokens
  }

  /// `[B × t, 1 + p, D]` to `[B, 1 + t, D]`: a class token, then the mean patch of each step, with positions in time.
  private func steps(of frames: Tensor) -> Tensor {
    let (steps, width) = (configuration.stepCount, configuration.dimension)
    let batch = frames.shape[0] / steps
    let patches = frames.slice(1..<frames.shape[1], axis: 1).mean(over: 1).reshaped(batch, steps, width)
    let all = frames.slice(0..<1, axis: 1)
    let classes =
      switch configuration.factorizedClass {
      case .firstStep: all.reshaped(batch, steps, width).slice(0..<1, axis: 1)
      case .repositoryRows: all.reshaped(1, batch * steps, width).slice(0..<batch, axis: 1).reshaped(batch, 1, width)
      }
    return .concatenated([classes, patches], axis: 1) + embedding.timePositions()
  }
}
