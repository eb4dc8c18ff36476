extension Tensor {
  /// Calls `body` with the elements in row-major order, without copying.
  /// - Precondition: elements are `float32`.
  public func withFloats<Result: ~Copyable, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let elements = unsafe UnsafeBufferPointer(start: pointer, count: count)
    let result = try body(unsafe Span(_unsafeElements: elements))
    extendLifetime(storage)
    return result
  }

  /// A copy of the elements in row-major order.
  /// - Precondition: elements are `float32`.
  public var floats: [Float] {
    let copy = unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
    extendLifetime(storage)
    return copy
  }

  /// The only element of a tensor of one.
  public var scalar: Float {
    precondition(count == 1, "scalar of \(self): it has \(count) elements")
    let value = unsafe pointer.pointee
    extendLifetime(storage)
    return value
  }

  /// The elements in memory; valid while a copy of the tensor lives in a variable.
  package var pointer: UnsafeMutablePointer<Float> {
    precondition(elementType == .float32, "float access to \(self)")
    return unsafe storage.bytes.assumingMemoryBound(to: Float.self)
  }

  /// The same numbers without their history: no gradient flows back through the result.
  public var detached: Tensor {
    Tensor(shape: shape, elementType: elementType, storage: storage, node: nil)
  }
}
