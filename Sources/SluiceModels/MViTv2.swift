public import SluiceNN
public import SluiceTensor

/// A multiscale vision transformer of the second version: relative positions and residual pooling.
///
/// ```swift
/// let model = try MViTv2(.small, predictionWidth: 108)
/// let prediction = try model.prediction(of: clips, hidden: masks)   // [B, 8 · 14 · 14, 108]
/// ```
/// Parameters have SlowFast's names.
/// - Source: Li et al., "MViTv2: improved multiscale vision transformers for classification and detection", CVPR 2022.
public struct MViTv2: Sendable {
  /// The network's shape; queries are pooled in every block, and pooled queries added to what attention gives.
  public let configuration: MViTConfiguration
  /// The network's parameters, and those of a head that was added to it.
  public let parameters: ParameterStore

  private let patches: PatchEmbedding
  private let classToken: Weight?
  private let maskToken: Weight?
  private let blocks: [MViTBlock]
  private let norm: LayerNorm
  private let prediction: Linear?

  /// Describes the network; its parameters are made on first use.
  /// - Parameter predictionWidth: numbers predicted for each token in masked training; `nil` without.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: MViTConfiguration = .base, predictionWidth: Int? = nil) throws(ModelError) {
    var configuration = configuration
    configuration.poolsEveryQuery = true
    configuration.hasResidualPooling = true
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)
    let (width, outputs) = (configuration.dimension, configuration.outputDimension)
    patches = PatchEmbedding(
      scope["patch_embed.proj"], outputs: width, kernel: configuration.patchKernel, stride: configuration.patchStride,
      padding: configuration.patchPadding, weight: .reciprocalRoot(inputs: 3 * configuration.patchKernel.count))
    classToken = configuration.hasClassToken ? scope.weight("cls_token", [1, 1, width], .truncatedNormal(0.02)) : nil
    maskToken = predictionWidth.map { _ in scope.weight("mask_token", [1, 1, width], .truncatedNormal(0.02)) }
    blocks = configuration.blocks.enumerated().map { index, sizes in
      MViTBlock(scope["blocks.\(index)"], sizes, configuration, index: index, attention: RelativeAttention.init)
    }
    // A head for prediction brings its own norm; features have the network's.
    norm = LayerNorm(
      scope[predictionWidth == nil ? "norm" : "pred_head.transforms.0.0"], dimension: outputs, epsilon: 1e-6)
    prediction = predictionWidth.map {
      Linear(scope["pred_head.projections.0"], inputs: outputs, outputs: $0, weight: .truncatedNormal(0.02))
    }
  }

  /// All rows after the last norm, class token first: `[B, (1 +) N, D]`.
  /// - Parameters:
  ///   - clips: `[B, 3, T, H, W]`, normalized.
  ///   - hidden: row-major `[B, t, h, w]` on the token grid, 1 where a token is hidden; `nil` hides none.
  /// - Throws: ``ModelError`` if a shape does not fit the configuration.
  public func tokens(
    of clips: Tensor, hidden: [UInt8]? = nil, _ pass: ForwardPass = .evaluation
  ) throws(ModelError)
    -> Tensor
  {
    try configuration.check(clips, hidden)
    var rows = patches(clips)
    if let hidden, let maskToken { rows = rows.replacing(configuration.enlarged(hidden), with: maskToken.value) }
    if let classToken { rows = .concatenated([classToken.value.repeated(rows.shape[0]), rows], axis: 1) }
    for (index, block) in blocks.enumerated() {
      rows = pass.block(rows) { [classes = configuration.classTokens] in block($0, classTokens: classes, $1) }
      pass.observe("block\(index)", rows)
    }
    return norm(rows)
  }

  /// One feature per clip, `[B, D]`: the class token's row or the mean of all others.
  public func features(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    configuration.feature(of: try tokens(of: clips, pass))
  }

  /// What is predicted for each token of the grid, `[B, N, predictionWidth]`, without class token.
  public func prediction(
    of clips: Tensor, hidden: [UInt8], _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    guard let prediction else {
      throw ModelError("MViTv2: made without predictionWidth, so there is nothing to predict with. Give it one")
    }
    let rows = try tokens(of: clips, hidden: hidden, pass)
    return prediction(configuration.grid(of: rows))
  }
}

/// Pooling attention with relative positions and one projection for queries, keys and values.
private struct RelativeAttention: MViTAttention {
  private let sizes: MViTBlockShape
  private let packed: Linear
  private let project: Linear
  private let pools: [HeadPool]
  private let positions: RelativePositions

  init(_ scope: ParameterScope, _ sizes: MViTBlockShape, _ configuration: MViTConfiguration) {
    self.sizes = sizes
    let width = sizes.inputs
    packed = Linear(
      scope["qkv"], inputs: width, outputs: 3 * width, weight: configuration.linear(inputs: width, outputs: width))
    project = Linear(
      scope["proj"], inputs: width, outputs: width, weight: configuration.linear(inputs: width, outputs: width))
    let kernel = configuration.poolKernel
    let strides = [sizes.queryStride ?? [1, 1, 1], sizes.keyValueStride, sizes.keyValueStride]
    pools = zip(["q", "k", "v"], strides).map { name, stride in
      HeadPool(scope, name, sizes, kernel: kernel, stride: stride, epsilon: 1e-6)
    }
    positions = RelativePositions(scope, sizes, kernel: kernel)
  }

  func callAsFunction(_ tokens: Tensor, classTokens: Int) -> Tensor {
    let all = packed(tokens)
    let width = sizes.inputs
    let parts = pools.enumerated().map { index, pool in
      pool(all.slice(index * width..<(index + 1) * width, axis: 2), classTokens: classTokens)
    }
    let mixed = Tensor.attention(
      queries: parts[0], keys: parts[1], values: parts[2], headCount: sizes.headCount,
      bias: positions.bias(of: parts[0], classTokens: classTokens))
    return project(mixed + parts[0].withoutLeading(classTokens))
  }
}
