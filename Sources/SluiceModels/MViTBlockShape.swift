/// The sizes of one block, as they follow from a configuration.
struct MViTBlockShape: Equatable {
  /// Width of the tokens that enter.
  let inputs: Int
  /// Width of the tokens that leave.
  let outputs: Int
  let headCount: Int
  /// Stride of the query pool; `nil` without one.
  let queryStride: GridStride?
  let keyValueStride: GridStride
  /// Token grid that enters.
  let grid: GridStride
  /// Token grid that leaves.
  let outputGrid: GridStride

  /// Width of one head.
  var headSize: Int { inputs / headCount }
}

extension MViTConfiguration {
  /// The grid of tokens after the patch embedding.
  public var patchGrid: GridStride {
    let image = GridStride(frameCount, imageSize, imageSize)
    let padded = image.map(patchPadding) { $0 + 2 * $1 }.map(patchKernel, -)
    return padded.map(patchStride) { $0 / $1 + 1 }
  }

  /// The grid of tokens that leaves the last block: what masks and predictions are made for.
  public var tokenGrid: GridStride { blocks.last?.outputGrid ?? patchGrid }

  /// Width of the tokens that leave the last block.
  public var outputDimension: Int { blocks.last?.outputs ?? dimension }

  /// The sizes of all blocks.
  var blocks: [MViTBlockShape] {
    var (width, heads, grid, keyStride) = (dimension, headCount, patchGrid, keyValueStride)
    return (0..<depth).map { index in
      heads = scaled(heads, headFactors[index])
      let inputs = width
      width = scaled(width, dimensionFactors[index + 1])
      if let stride = queryStrides[index] { keyStride = keyStride.map(stride) { max($0 / $1, 1) } }
      let stride = queryStrides[index] ?? (poolsEveryQuery ? [1, 1, 1] : nil)
      let outputGrid = stride.map { grid.pooled(kernel: poolKernel, stride: $0) } ?? grid
      defer { grid = outputGrid }
      return MViTBlockShape(
        inputs: inputs, outputs: width, headCount: heads, queryStride: stride, keyValueStride: keyStride, grid: grid,
        outputGrid: outputGrid)
    }
  }

  /// Throws unless every size is positive and divides as it must.
  func validate() throws(ModelError) {
    let extents = [patchKernel, patchStride, poolKernel, keyValueStride] + queryStrides.values
    guard extents.allSatisfy({ $0.time > 0 && $0.height > 0 && $0.width > 0 }) else {
      throw ModelError("MViT: kernels and strides must be at least 1, found \(extents)")
    }
    guard depth > 0, dimension > 0, headCount > 0, frameCount > 0, imageSize > 0, mlpRatio > 0 else {
      throw ModelError(
        "MViT: depth \(depth), dimension \(dimension), headCount \(headCount), frameCount \(frameCount), imageSize "
          + "\(imageSize) and mlpRatio \(mlpRatio) must be positive")
    }
    guard (0..<1).contains(dropPathRate) else {
      throw ModelError("MViT: dropPathRate is \(dropPathRate), wanted is 0 ..< 1")
    }
    let patches = patchGrid
    guard patches.time > 0, patches.height > 0, patches.width > 0 else {
      throw ModelError("MViT: \(frameCount) frames of \(imageSize) pixels leave no patch. Use larger clips")
    }
    try TokenLimit.check("MViT", (patches.time, patches.height, patches.width))
    guard pooling == .mean || hasClassToken else {
      throw ModelError("MViT: pooling \(pooling) needs hasClassToken")
    }
    for (index, block) in blocks.enumerated() where block.inputs % block.headCount != 0 {
      throw ModelError(
        "MViT: block \(index) is \(block.inputs) wide, which \(block.headCount) heads do not divide. Change "
          + "dimensionFactors or headFactors")
    }
    let tokens = tokenGrid
    guard patches.height % tokens.height == 0, patches.width % tokens.width == 0, patches.time == tokens.time else {
      throw ModelError(
        "MViT: tokens \(tokens) do not divide patches \(patches), so no mask fits. Change imageSize or queryStrides")
    }
  }

  private func scaled(_ value: Int, _ factor: Double?) -> Int {
    Int((Double(value) * (factor ?? 1)).rounded())
  }
}

extension GridStride {
  /// The grid that a convolution or a maximum with padding of half the kernel leaves.
  func pooled(kernel: GridStride, stride: GridStride) -> GridStride {
    let room = map(kernel) { $0 + 2 * ($1 / 2) - $1 }
    return room.map(stride) { $0 / $1 + 1 }
  }
}

/// A model that cannot be built as it is described, or input that does not fit it.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
