internal import SluiceKernels

extension Tensor {
  /// The same numbers in single precision, without a copy where they are; the history stays.
  package var floating: Tensor { converted(to: .float32) }

  /// The same numbers in bfloat16, rounded to the nearest; the history stays.
  package var asBFloat16: Tensor { converted(to: .bfloat16) }

  /// The elements of a bfloat16 tensor in memory; valid while a copy of the tensor lives in a variable.
  var bfloatPointer: UnsafeMutablePointer<UInt16> {
    precondition(elementType == .bfloat16, "bfloat16 access to \(self)")
    return unsafe storage.bytes.assumingMemoryBound(to: UInt16.self)
  }

  func converted(to wanted: ElementType) -> Tensor {
    if elementType == wanted { return self }
    let timer = OperationTimer.start()
    let result = Tensor(
      shape: shape, elementType: wanted, storage: Storage(byteCount: count * wanted.byteCount), node: node)
    Compute.current.team.forEachRange(count, grain: 1 << 15) { range in
      let start = range.lowerBound
      if wanted == .float32 {
        unsafe sluice_widen(bfloatPointer + start, result.pointer + start, range.count)
      } else {
        unsafe sluice_narrow(pointer + start, result.bfloatPointer + start, range.count)
      }
    }
    timer?.stop("convert", bytes: 6 * count)
    return result
  }
}
