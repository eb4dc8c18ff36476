public import SluiceNN
public import SluiceTensor

/// A multiscale vision transformer with separable position tables: the backbone of MaskFeat.
///
/// ```swift
/// let model = try MViT(.base, predictionWidth: 216)
/// let prediction = try model.prediction(of: clips, hidden: masks)   // [B, 8 · 14 · 14, 216]
/// ```
/// Parameters have VideoTransformer-pytorch's names.
/// - Source: Fan et al., "Multiscale vision transformers", ICCV 2021; Wei et al., "Masked feature prediction for
///   self-supervised visual pre-training", CVPR 2022.
public struct MViT: Sendable {
  /// The network's shape.
  public let configuration: MViTConfiguration
  /// The network's parameters, and those of a head that was added to it.
  public let parameters: ParameterStore

  private let maskToken: Weight?
  private let patches: PatchEmbedding
  private let classToken: Weight?
  private let spatialPositions: Weight
  private let temporalPositions: Weight
  private let classPosition: Weight?
  private let blocks: [MViTBlock]
  private let norm: LayerNorm
  private let prediction: Linear?

  /// Describes the network; its parameters are made on first use.
  /// - Parameter predictionWidth: numbers predicted for each token in masked training; `nil` without.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: MViTConfiguration = .base, predictionWidth: Int? = nil) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters, prefix: "model.")
    let width = configuration.dimension
    let table = configuration.positions
    maskToken = predictionWidth.map { _ in scope.weight("mask_token", [1, 1, width], .truncatedNormal(0.02)) }
    patches = PatchEmbedding(
      scope["patch_embed.patch_model"], outputs: width, kernel: configuration.patchKernel,
      stride: configuration.patchStride, padding: configuration.patchPadding, weight: configuration.patchFilters)
    let mvit = scope["mvit"]
    let positions = mvit["cls_positional_encoding"]
    let grid = configuration.patchGrid
    let hasClass = configuration.hasClassToken
    classToken = hasClass ? positions.weight("cls_token", [1, 1, width], .truncatedNormal(0.02)) : nil
    spatialPositions = positions.weight("pos_embed_spatial", [1, grid.height * grid.width, width], table)
    temporalPositions = positions.weight("pos_embed_temporal", [1, grid.time, width], table)
    classPosition = hasClass ? positions.weight("pos_embed_class", [1, 1, width], table) : nil
    blocks = configuration.blocks.enumerated().map { index, sizes in
      MViTBlock(mvit["blocks.\(index)"], sizes, configuration, index: index, attention: PoolingAttention.init)
    }
    norm = LayerNorm(mvit["norm_embed"], dimension: configuration.outputDimension, epsilon: 1e-6)
    prediction = predictionWidth.map { outputs in
      let inputs = configuration.outputDimension
      return Linear(
        scope["decoder_pred"], inputs: inputs, outputs: outputs, weight: .xavier(inputs: inputs, outputs: outputs))
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
    pass.observe("patch_tokens", rows)
    if let hidden, let maskToken {
      rows = rows.replacing(configuration.enlarged(hidden), with: maskToken.value)
    }
    rows = embedded(rows)
    pass.observe("embedded", rows)
    for (index, block) in blocks.enumerated() {
      rows = pass.block(rows) { [classes = configuration.classTokens] in block($0, classTokens: classes, $1) }
      pass.observe("block\(index)", rows)
    }
    rows = norm(rows)
    pass.observe("features", rows)
    return rows
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
      throw ModelError("MViT: made without predictionWidth, so there is nothing to predict with. Give it one")
    }
    let rows = try tokens(of: clips, hidden: hidden, pass)
    return prediction(configuration.grid(of: rows))
  }

  /// Puts the class token in front and adds the positions.
  private func embedded(_ rows: Tensor) -> Tensor {
    let grid = configuration.patchGrid
    let width = configuration.dimension
    let space = spatialPositions.value.reshaped(1, grid.height * grid.width, width)
    let time = temporalPositions.value.reshaped(grid.time, 1, width)
    var table = (space + time).reshaped(1, grid.count, width)
    guard let classToken, let classPosition else { return rows + table }
    table = .concatenated([classPosition.value, table], axis: 1)
    return .concatenated([classToken.value.repeated(rows.shape[0]), rows], axis: 1) + table
  }
}

extension MViTConfiguration {
  /// What the weights of linears begin as.
  func linear(inputs: Int, outputs: Int) -> Initializer {
    switch initialization {
    case .standard: .truncatedNormal(0.02)
    case .narrow: .xavier(inputs: inputs, outputs: outputs)
    }
  }

  /// What the position tables begin as.
  var positions: Initializer {
    switch initialization {
    case .standard: .truncatedNormal(0.02)
    case .narrow: .normal(0.3)
    }
  }

  /// What the patch filters begin as.
  var patchFilters: Initializer {
    switch initialization {
    case .standard: .xavier(inputs: 3 * patchKernel.count, outputs: dimension)
    case .narrow: .motionFilters(inputs: 3 * patchKernel.count, outputs: dimension)
    }
  }
}
