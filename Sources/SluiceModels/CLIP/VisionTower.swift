internal import SluiceNN
internal import SluiceTensor

/// CLIP's vision tower: patches and one more token through blocks; what becomes of that token is the image's feature.
struct VisionTower: Sendable {
  private let configuration: CLIPConfiguration
  private let first: Weight
  private let positions: Weight
  private let projection: Weight
  private let filters: Weight
  private let times: Weight?
  private let normBefore: LayerNorm
  private let blocks: [CLIPBlock]
  private let normAfter: LayerNorm

  init(_ scope: ParameterScope, _ configuration: CLIPConfiguration) {
    self.configuration = configuration
    let (width, patch) = (configuration.visionWidth, configuration.patchSize)
    let deviation = Initializer.normal(1 / Double(width).squareRoot())
    first = scope.weight("class_embedding", [width], deviation)
    let patches = configuration.patchesPerSide * configuration.patchesPerSide
    positions = scope.weight("positional_embedding", [patches + 1, width], deviation)
    projection = scope.weight("proj", [width, configuration.embedding], deviation)
    filters = scope["conv1"].weight(
      "weight", [width, 3, patch, patch], .reciprocalRoot(inputs: 3 * patch * patch))
    times = configuration.jointFrames.map { scope.weight("time_embedding", [$0, width], deviation) }
    normBefore = LayerNorm(scope["ln_pre"], dimension: width, epsilon: 1e-5)
    blocks = (0..<configuration.visionLayers).map { index in
      CLIPBlock(
        scope["transformer.resblocks.\(index)"], width: width, heads: configuration.visionHeads,
        dropRate: configuration.dropRate(ofBlock: index), initial: .vision(width: width))
    }
    normAfter = LayerNorm(scope["ln_post"], dimension: width, epsilon: 1e-5)
  }

  /// `[N, E]` of images `[N, 3, R, R]`; one feature for every `jointFrames` of them, if those are seen together.
  func callAsFunction(_ images: Tensor, _ pass: ForwardPass) throws(ModelError) -> Tensor {
    let side = configuration.imageSize
    guard images.shape.rank == 4, images.shape[0] > 0, Array(images.shape.dimensions[1...]) == [3, side, side] else {
      throw ModelError(
        "CLIP: images are \(images.shape), wanted are [N, 3, \(side), \(side)]. Change the size of the images")
    }
    var rows = pass.dropout(try tokens(of: images), rate: configuration.embeddingDropout)
    rows = normBefore(rows)
    pass.observe("visual.ln_pre", rows)
    for (index, block) in blocks.enumerated() {
      rows = pass.block(rows) { block($0, mask: nil, $1) }
      pass.observe("visual.block\(index)", rows)
    }
    let feature = normAfter(rows.slice(0..<1, axis: 1).reshaped(rows.shape[0], rows.shape[2]))
    pass.observe("visual.ln_post", feature)
    return feature.matmul(projection.value)
  }

  /// Patches with their positions behind the one more token.
  private func tokens(of images: Tensor) throws(ModelError) -> Tensor {
    let (count, side, patch) = (images.shape[0], configuration.imageSize, configuration.patchSize)
    let window = SlidingWindow(kernel: [1, patch, patch], stride: [1, patch, patch], padding: [0, 0, 0])
    let patches = images.reshaped(count, 3, 1, side, side).convolvedToTokens(filters.value, window: window)
    let places = positions.value
    guard let times else {
      return Tensor.concatenated([first.value.repeated(count), patches], axis: 1) + places
    }
    let (steps, cells, width) = (times.shape[0], patches.shape[1], patches.shape[2])
    guard count % steps == 0 else {
      throw ModelError("CLIP: \(count) images, wanted are whole videos of \(steps) frames each")
    }
    let videos = count / steps
    // All frames of a patch, then those of the next.
    let frames =
      (patches + places.slice(1..<cells + 1, axis: 0)).reshaped(videos, steps, cells, width).permuted(0, 2, 1, 3)
      + times.value
    let firsts = first.value.repeated(videos) + places.slice(0..<1, axis: 0)
    return .concatenated([firsts, frames.reshaped(videos, cells * steps, width)], axis: 1)
  }
}

extension CLIPConfiguration {
  /// The rate of a block, of either tower: it grows from 0 over the vision tower's depth.
  func dropRate(ofBlock index: Int) -> Double {
    guard visionLayers > 1 else { return 0 }
    // A text tower that is deeper than the vision tower ends at the last rate.
    return dropRate * Double(min(index, visionLayers - 1)) / Double(visionLayers - 1)
  }
}
