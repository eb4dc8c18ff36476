extension Tensor {
  /// What `body` makes of this tensor, without keeping what gradients need: that is computed again on the way back.
  ///
  /// Gradients are the same bits as without; `body` runs twice, so it must give the same result both times.
  /// - Parameter body: reads this tensor, and parameters as it likes.
  public func recomputed(_ body: @escaping @Sendable (Tensor) -> Tensor) -> Tensor {
    guard GradientMode.isRecording else { return body(self) }
    let result = withoutGradients { body(detached) }
    let node = Node(recomputing: node) { [input = detached, needsInput = node != nil] gradient in
      let start = Parameter("recomputed", input, isFrozen: !needsInput)
      let again = GradientMode.$isRecording.withValue(true) { body(start.value) }
      if again.requiresGradient { again.backward(from: gradient) }
      return [start.gradient]
    }
    return Tensor(shape: result.shape, elementType: result.elementType, storage: result.storage, node: node)
  }
}
