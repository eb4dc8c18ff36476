internal import SluiceKernels

extension Tensor {
  /// Each row of the last axis as shares that are positive and sum to 1: `exp(x) / Σ exp(x)`.
  public func softmax() -> Tensor {
    guard elementType == .float32 else { return floating.softmax() }
    let width = shape[-1]
    let rows = count / max(width, 1)
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape)
    let logSums = Tensor(uninitialized: [rows])
    Compute.current.team.forEachRange(rows, grain: max(1, (1 << 14) / max(width, 1))) { range in
      let start = range.lowerBound
      unsafe (result.pointer + start * width).update(from: pointer + start * width, count: range.count * width)
      unsafe sluice_softmax(
        result.pointer + start * width, nil, 0, 1, logSums.pointer + start, range.count, width)
    }
    timer?.stop("softmax", bytes: 8 * count)
    return result.recorded("softmax", [self]) { [shares = result] gradient in
      let gradient = gradient.floating
      let input = Tensor(uninitialized: gradient.shape)
      Compute.current.team.forEachRange(rows, grain: max(1, (1 << 14) / max(width, 1))) { range in
        let start = range.lowerBound * width
        unsafe (input.pointer + start).update(from: gradient.pointer + start, count: range.count * width)
        unsafe sluice_softmax_backward(shares.pointer + start, input.pointer + start, range.count, width)
      }
      return [input]
    }
  }
}
