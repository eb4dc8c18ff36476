internal import SluicePlatform

/// One operation of the record that gradients flow back through.
final class Node: Sendable {
  /// Given the gradient of the operation's result, the gradient of each of `parents`, `nil` where none is wanted.
  typealias Backward = @Sendable (_ gradient: Tensor) -> [Tensor?]

  /// The operation's name, for profiles and messages.
  let operation: String
  /// How each operand was computed; `nil` for one without gradient.
  let parents: [Node?]
  /// Where the gradient of a leaf ends up.
  let slot: GradientSlot?
  private let work: Lock<(backward: Backward?, again: Again?)>

  /// Computes the operation's result again, the same bits, of what the operation keeps anyway.
  typealias Again = @Sendable () -> Tensor

  /// A node for `operation`.
  init(_ operation: String, parents: [Node?], again: Again? = nil, backward: @escaping Backward) {
    self.operation = operation
    self.parents = parents
    slot = nil
    work = Lock((backward, again))
  }

  /// A node whose backward runs other operations' gradients: those are measured, it is not.
  convenience init(recomputing parent: Node?, backward: @escaping Backward) {
    self.init(Node.recomputation, parents: [parent], backward: backward)
  }

  private static let recomputation = "recompute"

  /// Whether the time of the gradient is that of other operations.
  var isComposite: Bool { operation == Node.recomputation }

  /// The node of a leaf, whose gradient `slot` collects.
  init(leaf slot: GradientSlot) {
    operation = "leaf"
    parents = []
    self.slot = slot
    work = Lock((nil, nil))
  }

  /// What computes the gradients, once: what it holds is let go with it.
  func takeBackward() -> Backward? {
    work.withLock { work in
      defer { work = (nil, nil) }
      return work.backward
    }
  }

  /// How to have the result again without keeping it, where that is cheap.
  var again: Again? { work.withLock { $0.again } }
}

/// Collects the gradient of one leaf over one or several backward passes.
final class GradientSlot: Sendable {
  private let gradient = Lock<Tensor?>(nil)

  var value: Tensor? {
    get { gradient.withLock { $0 } }
    set { gradient.withLock { $0 = newValue } }
  }

  func add(_ more: consuming Tensor) {
    let more = more
    gradient.withLock { gradient in
      if let present = gradient.take() {
        gradient = present.sum(consuming: more)
      } else {
        gradient = more
      }
    }
  }
}
