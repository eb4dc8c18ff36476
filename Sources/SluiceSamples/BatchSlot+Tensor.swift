public import SluiceFlow
public import SluiceTensor

extension BatchSlot {
  /// A float tensor for this element, whose elements `fill` writes in row-major order, beside those of the other elements of
  /// the batch: stacked in their order, they need not be copied.
  ///
  /// The memory of a batch is one block, which is free again when the last tensor in it is gone.
  /// - Parameter shape: the same for all elements of the batch; one of another shape lies by itself.
  public func tensor<Failure: Error>(
    _ shape: Shape, fill: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) -> Tensor {
    try tensor(uninitialized: shape).filled(by: fill)
  }

  /// The memory of ``tensor(_:fill:)``, with undefined content.
  package func tensor(uninitialized shape: Shape) -> Tensor {
    let whole = Shape([size] + shape.dimensions)
    let block = room.content { Tensor(uninitialized: whole) }
    guard let block, block.shape == whole else { return Tensor(uninitialized: shape) }
    return block.element(index)
  }
}
