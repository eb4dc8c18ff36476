extension Tensor {
  /// What `body` makes of this tensor, without keeping what gradients need: that is recomputed on the way back.
  ///
  /// Gradients are the same bits as without; `body` runs twice, so it must give the same result both times.
  /// - Parameter body: reads this tensor, and parameters and other tensors as it likes.
  public func recomputed(_ body: @escaping @Sendable (Tensor) -> Tensor) -> Tensor {
    guard GradientMode.isRecording else { return body(self) }
    let outside = OutsideOperands()
    let result = GradientMode.$current.withValue(.noting(outside)) { body(detached) }
    // A body may hand on what it was not given.
    if let node = result.node { outside.note(node) }
    guard node != nil || !outside.nodes.isEmpty else { return result }
    let node = Node(recomputing: node, and: outside.nodes) { [input = detached, needsInput = node != nil] in
      let slot = GradientSlot()
      let start = Tensor(
        shape: input.shape, elementType: input.elementType, storage: input.storage,
        node: needsInput ? Node(leaf: slot) : nil)
      return (GradientMode.$current.withValue(.recording) { body(start) }, slot)
    }
    return Tensor(shape: result.shape, elementType: result.elementType, storage: result.storage, node: node)
  }
}
