extension Tensor {
  /// The same elements under another shape; shares memory.
  /// - Parameter shape: one extent may be -1: what the others leave.
  /// - Precondition: as many elements.
  public func reshaped(_ dimensions: Int...) -> Tensor { reshaped(dimensions) }

  /// The same elements under another shape; shares memory.
  /// - Parameter dimensions: one extent may be -1: what the others leave.
  public func reshaped(_ dimensions: [Int]) -> Tensor {
    let known = dimensions.filter { $0 != -1 }.reduce(1, *)
    return reshaped(Shape(dimensions.map { $0 == -1 ? count / max(known, 1) : $0 }))
  }

  /// The same elements under another shape; shares memory.
  public func reshaped(_ shape: Shape) -> Tensor {
    require(
      shape.count == count,
      ShapeError("reshape", [self.shape, shape], "\(count) elements cannot become \(shape.count)"))
    let old = self.shape
    return Tensor(shape: shape, elementType: elementType, storage: storage, node: nil)
      .recorded("reshape", [self], backward: { gradient in [gradient.reshaped(old)] })
  }
}
