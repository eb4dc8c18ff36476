internal import SluiceNN
internal import SluiceTensor

/// Maps of features, cell by cell: `[B, h·w, C]`, rows first.
struct FeatureMap {
  var cells: Tensor
  var height: Int
  var width: Int

  /// The same map with other cells.
  func with(_ cells: Tensor) -> FeatureMap { FeatureMap(cells: cells, height: height, width: width) }
}

/// A convolution with an odd kernel that keeps a map's size: zeros stand around it.
struct MapConvolution: Sendable {
  private let weight: Weight
  private let bias: Weight
  private let kernel: Int

  /// Features of a cell from which on windows are rows of a matrix.
  private static let manyFeatures = 8

  /// Declares `w` `[outputs, inputs, kernel, kernel]` and `b` in `scope`.
  init(_ scope: ParameterScope, inputs: Int, outputs: Int, kernel: Int) {
    self.kernel = kernel
    let deviation = 1 / Double(inputs * kernel * kernel).squareRoot()
    weight = scope.weight("w", [outputs, inputs, kernel, kernel], .normal(deviation))
    bias = scope.weight("b", [outputs], .zeros)
  }

  func callAsFunction(_ map: FeatureMap) -> FeatureMap {
    let (outputs, inputs) = (weight.value.shape[0], weight.value.shape[1])
    guard kernel > 1 else {
      return map.with(map.cells.linear(weight.value.reshaped(outputs, inputs), bias: bias.value))
    }
    guard inputs < MapConvolution.manyFeatures else {
      return map.with(
        map.cells.convolvedCells(weight.value, bias: bias.value, height: map.height, width: map.width))
    }
    let frames = map.cells.permuted(0, 2, 1).reshaped(map.cells.shape[0], inputs, 1, map.height, map.width)
    let window = SlidingWindow(
      kernel: [1, kernel, kernel], stride: [1, 1, 1], padding: [0, (kernel - 1) / 2, (kernel - 1) / 2])
    return map.with(frames.convolvedToTokens(weight.value, bias: bias.value, window: window))
  }
}
