internal import SluiceKernels

extension Tensor {
  /// The sum of all elements.
  public func sumOfAll() -> Tensor {
    let chunks = Chunks(count: count, grain: 1 << 14, limit: 16)
    let tensor = floating
    let total = Tensor.partialTotals(chunks) { range in
      unsafe sluice_sum(tensor.pointer + range.lowerBound, range.count)
    }
    return Tensor(Float(total)).recorded("sum", [self]) { [shape] gradient in [.full(shape, gradient.scalar)] }
  }

  /// The mean of all elements.
  public func meanOfAll() -> Tensor { sumOfAll() / Float(count) }

  /// The mean over one axis, which goes.
  public func mean(over axis: Int) -> Tensor {
    let dimension = shape.index(of: axis)
    var left = shape.dimensions
    left.remove(at: dimension)
    let timer = OperationTimer.start()
    let factor = 1 / Float(shape[dimension])
    let result = floating.summed(over: dimension...dimension).scaled(factor).reshaped(Shape(left))
    timer?.stop("mean", bytes: 4 * count)
    return result.recorded("mean", [self]) { [shape] gradient in
      [gradient.scaled(factor).reshaped(shape.replacing(dimension, by: 1)).repeated(to: shape)]
    }
  }

  /// The elements of extents of 1 repeated to `shape`, without a record.
  func repeated(to shape: Shape) -> Tensor {
    unsafe Broadcast("repeat", self.shape, shape).apply(self, .zeros(shape)) { unsafe sluice_add($0, $1, $2, $3) }
  }

  /// The sum of what `part` gives for each chunk, in order, whatever thread computed it.
  static func partialTotals(_ chunks: Chunks, _ part: (_ range: Range<Int>) -> Double) -> Double {
    var totals = [Double](repeating: 0, count: chunks.count)
    unsafe totals.withUnsafeMutableBufferPointer { totals in
      let to = totals.baseAddress
      Compute.current.team.forEach(chunks.count) { chunk in unsafe to![chunk] = part(chunks[chunk]) }
    }
    return totals.reduce(0, +)
  }
}
