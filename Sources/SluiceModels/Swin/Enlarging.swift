internal import SluiceNN
internal import SluiceTensor

/// A transposed convolution whose kernel is its stride: each token becomes a small grid of tokens.
struct Enlarging: Sendable {
  private let weight: Weight
  private let bias: Weight
  private let factor: GridStride

  /// Declares `weight` `[width, width, t, h, w]`, inputs first, and `bias` in `scope`.
  /// - Parameter hasTimeAxis: whether the weight has its time axis, which has to be 1 if not.
  init(_ scope: ParameterScope, width: Int, factor: GridStride, hasTimeAxis: Bool = true) {
    self.factor = factor
    let extents = hasTimeAxis ? factor.axes : [factor.height, factor.width]
    let initial = Initializer.reciprocalRoot(inputs: width * factor.count)
    weight = scope.weight("weight", Shape([width, width] + extents), initial)
    bias = scope.weight("bias", [width], initial)
  }

  /// The grid afterwards.
  func result(of grid: GridStride) -> GridStride { grid.map(factor, *) }

  /// `[B, t·h·w, D]` to `[B, t'·h'·w', D]`.
  func callAsFunction(_ tokens: Tensor, grid: GridStride) -> Tensor {
    let (batch, width) = (tokens.shape[0], tokens.shape[2])
    let taps = weight.value.reshaped(width, width, factor.count).permuted(2, 1, 0)
      .reshaped(factor.count * width, width)
    let parts = tokens.linear(taps).reshaped(batch, grid.count * factor.count, width)
    return parts.rearranged(by: order(grid)) + bias.value
  }

  /// From token by token, each with its taps, to the order of the enlarged grid.
  private func order(_ grid: GridStride) -> TokenMap {
    let large = result(of: grid)
    let sources = (0..<large.count).map { cell -> Int? in
      let (line, x) = cell.quotientAndRemainder(dividingBy: large.width)
      let (t, y) = line.quotientAndRemainder(dividingBy: large.height)
      let token =
        ((t / factor.time) * grid.height + y / factor.height) * grid.width + x / factor.width
      let tap =
        ((t % factor.time) * factor.height + y % factor.height) * factor.width + x % factor.width
      return token * factor.count + tap
    }
    return TokenMap(sources, sourceCount: large.count)
  }
}
