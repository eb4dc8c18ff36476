extension Tensor {
  /// Calls `body` with the elements in row-major order, without copying where they are `float32`.
  /// - Note: `bfloat16` elements are copied.
  public func withFloats<Result: ~Copyable, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let tensor = floating
    let elements = unsafe UnsafeBufferPointer(start: tensor.pointer, count: count)
    let result = try body(unsafe Span(_unsafeElements: elements))
    extendLifetime(tensor.storage)
    return result
  }

  /// A copy of the elements in row-major order.
  public var floats: [Float] {
    let tensor = floating
    let copy = unsafe Array(UnsafeBufferPointer(start: tensor.pointer, count: count))
    extendLifetime(tensor.storage)
    return copy
  }

  /// The only element of a tensor of one.
  public var scalar: Float {
    precondition(count == 1, "scalar of \(self): it has \(count) elements")
    let tensor = floating
    let value = unsafe tensor.pointer.pointee
    extendLifetime(tensor.storage)
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

extension Tensor {
  /// Where the largest number of each row is, rows being the last axis; of equally large ones the first.
  public func indicesOfLargest() -> [Int] {
    let width = shape[-1]
    return withFloats { values in
      (0..<count / max(width, 1)).map { row in
        var best = row * width
        for index in best..<best + width where values[index] > values[best] { best = index }
        return best - row * width
      }
    }
  }
}
