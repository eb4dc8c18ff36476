public import SluicePlatform

extension Tensor {
  /// Each sample times a number of its own: drop-path, with 0 for a dropped sample and `1 / (1 - rate)` for a kept one.
  ///
  /// - Parameter factors: one for each sample, the first axis.
  public func scaled(bySample factors: [Float]) -> Tensor {
    require(
      shape.rank > 0 && factors.count == shape[0],
      ShapeError("scaled", [shape], "wanted one factor (\(factors.count)) a sample"))
    return self * Tensor(factors, shape: Shape([factors.count] + [Int](repeating: 1, count: shape.rank - 1)))
  }

  /// Elements kept with probability `1 - rate` and then divided by it, else 0.
  ///
  /// - Parameters:
  ///   - rate: the probability that an element goes, in `0 ..< 1`.
  ///   - draws: one generator for each sample, the first axis: what is drawn belongs to the sample.
  public func dropout<Draws: RandomDraws>(rate: Float, draws: inout [Draws]) -> Tensor {
    precondition(0 <= rate && rate < 1, "dropout: rate \(rate) is not in 0 ..< 1")
    require(
      shape.rank > 0 && draws.count == shape[0], ShapeError("dropout", [shape], "wanted one generator per sample"))
    guard rate > 0 else { return self }
    let width = shape.around(0).inner
    var generators = draws
    let factors = Tensor(shape) { span in
      for sample in generators.indices {
        for index in 0..<width where generators[sample].uniform(0, 1) >= Double(rate) {
          span[sample * width + index] = 1 / (1 - rate)
        }
      }
    }
    draws = generators
    return self * factors
  }
}
