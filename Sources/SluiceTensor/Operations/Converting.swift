internal import SluiceKernels

extension Tensor {
  /// The same numbers as another element type; rounded to the nearest where it holds fewer digits.
  public func converted(to type: ElementType) -> Tensor {
    guard type != elementType else { return self }
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape, type)
    let (from, to) = unsafe (storage.bytes, result.storage.bytes)
    Compute.current.team.forEachRange(count, grain: 1 << 15) { range in
      let start = range.lowerBound
      if type == .bfloat16 {
        unsafe sluice_to_bfloat16(from + 4 * start, to + 2 * start, range.count)
      } else {
        unsafe sluice_from_bfloat16(from + 2 * start, to + 4 * start, range.count)
      }
    }
    timer?.stop("convert", bytes: 6 * count)
    return result.recorded("convert", [self]) { [type = elementType] gradient in [gradient.converted(to: type)] }
  }
}
