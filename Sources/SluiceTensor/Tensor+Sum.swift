extension Tensor {
  /// The sum of two gradients; `other` gives its memory if nobody else uses it.
  func sum(consuming other: Tensor) -> Tensor {
    precondition(other.shape == shape, "sum of gradients: \(shape) and \(other.shape)")
    let result = Tensor(uninitialized: shape)
    let (to, first, second) = unsafe (result.pointer, pointer, other.pointer)
    for index in 0..<count { unsafe to[index] = first[index] + second[index] }
    return result
  }
}
