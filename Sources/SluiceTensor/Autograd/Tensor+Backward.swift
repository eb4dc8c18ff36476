extension Tensor {
  /// Adds the gradient of this scalar to every trainable ``Parameter`` it was computed from.
  ///
  /// The record is used up on the way back: what an operation kept for its gradient is let go as soon as that is computed.
  /// A second call on the same tensor stops.
  /// - Parameter scale: what the gradient starts from, for example 1 over the number of accumulated batches.
  /// - Precondition: one element, computed from at least one trainable parameter.
  public func backward(scale: Float = 1) {
    precondition(count == 1, "backward of \(self): a gradient flows back from one number; take a mean or sum first")
    backward(from: .full(shape, scale))
  }

  /// Adds the product of `gradient` and this tensor's derivative to every trainable ``Parameter`` it was computed from.
  /// - Parameter gradient: the gradient of what is minimised with respect to this tensor, of its shape.
  public func backward(from gradient: Tensor) {
    require(gradient.shape == shape, ShapeError("backward", [shape, gradient.shape], "gradient and tensor differ"))
    guard let node else {
      preconditionFailure("backward of \(self): no trainable parameter took part, or it ran inside withoutGradients")
    }
    var pending: [ObjectIdentifier: Tensor] = [ObjectIdentifier(node): gradient.detached]
    for node in node.operandsLast() {
      guard let gradient = pending.removeValue(forKey: ObjectIdentifier(node)) else { continue }
      if let slot = node.slot {
        slot.add(gradient)
        continue
      }
      guard let work = node.takeBackward() else {
        preconditionFailure("backward went through \(node.operation) before: its record is used up")
      }
      let timer = node.isComposite ? nil : OperationTimer.start()
      let gradients = work(gradient)
      timer?.stop(node.operation, isBackward: true)
      for (parent, gradient) in zip(node.parents, gradients) {
        guard let parent, let gradient else { continue }
        let key = ObjectIdentifier(parent)
        pending[key] = pending.removeValue(forKey: key).map { $0.sum(consuming: gradient) } ?? gradient
      }
    }
  }
}

extension Node {
  /// This node and all it was computed from, each before its operands.
  fileprivate func operandsLast() -> [Node] {
    var order: [Node] = []
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    // Depth first without recursion: records are thousands of operations deep.
    var path: [(node: Node, next: Int)] = [(self, 0)]
    while let (node, next) = path.last {
      guard next < node.parents.count else {
        order.append(node)
        path.removeLast()
        continue
      }
      path[path.count - 1].next += 1
      if let parent = node.parents[next], seen.insert(ObjectIdentifier(parent)).inserted { path.append((parent, 0)) }
    }
    return order.reversed()
  }
}
