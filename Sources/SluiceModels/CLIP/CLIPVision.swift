internal import SluiceNN
internal import SluiceTensor

/// CLIP's tower of images.
struct CLIPVision: Sendable {
  private let configuration: CLIPConfiguration
  private let classToken: Weight
  private let positions: Weight
  private let projection: Weight
  private let times: Weight?
  private let filters: Weight
  private let firstNorm: LayerNorm
  private let blocks: [CLIPBlock]
  private let lastNorm: LayerNorm

  init(_ scope: ParameterScope, _ configuration: CLIPConfiguration) {
    let (width, patch) = (configuration.visionWidth, configuration.patchSize)
    let spread = Initializer.normal(1 / Double(width).squareRoot())
    self.configuration = configuration
    classToken = scope.weight("class_embedding", [width], spread)
    positions = scope.weight("positional_embedding", [configuration.grid * configuration.grid + 1, width], spread)
    projection = scope.weight("proj", [width, configuration.embedding], spread)
    times = configuration.jointFrames.map { scope.weight("time_embedding", [$0, width], spread) }
    filters = scope["conv1"].weight("weight", [width, 3, patch, patch], .reciprocalRoot(inputs: 3 * patch * patch))
    firstNorm = LayerNorm(scope["ln_pre"], dimension: width, epsilon: 1e-5)
    blocks = (0..<configuration.visionLayers).map { index in
      CLIPBlock(
        scope["transformer.resblocks.\(index)"], width: width, heads: configuration.visionHeads,
        dropRate: configuration.dropRate(of: index), initial: .vision(width: width))
    }
    lastNorm = LayerNorm(scope["ln_post"], dimension: width, epsilon: 1e-5)
  }

  /// `[N, E]`, of `[N, 3, R, R]`.
  func features(of images: Tensor, _ pass: ForwardPass) -> Tensor {
    let (count, grid, patch) = (images.shape[0], configuration.grid, configuration.patchSize)
    let (width, size) = (configuration.visionWidth, 3 * configuration.patchSize * configuration.patchSize)
    let patches = images.reshaped(count, 3, grid, patch, grid, patch).permuted(0, 2, 4, 1, 3, 5)
      .reshaped(count, grid * grid, size).linear(filters.value.reshaped(width, size))
    let first = classToken.value.reshaped(1, 1, width) + Tensor.zeros([count, 1, width])
    var rows = joined(Tensor.concatenated([first, patches], axis: 1) + positions.value)
    rows = firstNorm(pass.dropout(rows, rate: configuration.embeddingDropout))
    for block in blocks { rows = pass.block(rows) { block($0, mask: nil, $1) } }
    let token = rows.slice(0..<1, axis: 1).reshaped(rows.shape[0], width)
    return lastNorm(token).matmul(projection.value)
  }

  /// The tokens of a clip's frames behind one class token, patch by patch; of frames that are seen alone as they are.
  private func joined(_ rows: Tensor) -> Tensor {
    guard let times else { return rows }
    let (frames, width, patches) = (times.shape[0], rows.shape[2], rows.shape[1] - 1)
    let clips = rows.shape[0] / frames
    // That of every frame is the same.
    let first = rows.slice(0..<clips, axis: 0).slice(0..<1, axis: 1)
    let rest = rows.slice(1..<patches + 1, axis: 1).reshaped(clips, frames, patches, width).permuted(0, 2, 1, 3)
    return .concatenated([first, (rest + times.value).reshaped(clips, patches * frames, width)], axis: 1)
  }
}
