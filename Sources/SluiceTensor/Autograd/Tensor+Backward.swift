extension Tensor {
  /// Adds the gradient of this scalar to every trainable ``Parameter`` it was computed from.
  ///
  /// The record is used up on the way back: what an operation kept for its gradient is let go as soon as that is computed.
  /// A second call on the same tensor stops.
  /// - Parameters:
  ///   - scale: what the gradient starts from, for example 1 over the number of accumulated batches.
  ///   - leafDone: called, on this thread and once each, with every parameter the record reaches, as soon as this pass
  ///     adds nothing more to its gradient; that may be `nil` where all branches it took part in were cut.
  /// - Precondition: one element, computed from at least one trainable parameter.
  public func backward(scale: Float = 1, leafDone: ((Parameter) -> Void)? = nil) {
    precondition(count == 1, "backward of \(self): a gradient flows back from one number; take a mean or sum first")
    backward(from: .full(shape, scale), leafDone: leafDone)
  }

  /// Adds the product of `gradient` and this tensor's derivative to every trainable ``Parameter`` it was computed from.
  /// - Parameters:
  ///   - gradient: the gradient of what is minimized with respect to this tensor, of its shape.
  ///   - leafDone: as in ``backward(scale:leafDone:)``.
  public func backward(from gradient: Tensor, leafDone: ((Parameter) -> Void)? = nil) {
    Tensor.backward(from: [(self, gradient)], leafDone: leafDone)
  }

  /// Goes back from several tensors at once, through what they share only one time.
  ///
  /// ```swift
  /// Tensor.backward(from: [(videos, videoGradient), (texts, textGradient)])
  /// ```
  /// One of `roots` may have been computed from another.
  /// - Parameters:
  ///   - roots: tensors, each with the gradient of what is minimized with respect to it, of its shape.
  ///   - leafDone: as in ``backward(scale:leafDone:)``.
  /// - Precondition: each was computed from at least one trainable parameter.
  public static func backward(
    from roots: [(tensor: Tensor, gradient: Tensor)], leafDone: ((Parameter) -> Void)? = nil
  ) {
    let starts = roots.map { tensor, gradient in
      require(
        gradient.shape == tensor.shape,
        ShapeError("backward", [tensor.shape, gradient.shape], "gradient and tensor differ"))
      guard let node = tensor.node else {
        preconditionFailure(
          "backward of \(tensor): no trainable parameter took part, or it ran inside withoutGradients")
      }
      return (node: node, gradient: gradient.detached)
    }
    BackwardPass(leafDone: leafDone).run(from: starts)
  }
}
