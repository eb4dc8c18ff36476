internal import SluicePlatform

/// One operation of the record that gradients flow back through.
final class Node: Sendable {
  /// Given the gradient of the operation's result, the gradient of each of `parents`, `nil` where none is wanted.
  typealias Backward = @Sendable (_ gradient: Tensor) -> [Tensor?]

  /// Recomputes the operation's result, the same bits, of what the operation keeps anyway.
  typealias Replay = @Sendable () -> Tensor

  /// Recomputes a part of the network, recorded this time: its result, and what collects its input's gradient.
  typealias Recomputation = @Sendable () -> (result: Tensor, input: GradientSlot)

  /// How gradients of the operands come about.
  enum Work {
    case operation(Backward)
    /// By those of other operations; the first of the parents is the input.
    case recomputation(Recomputation)
  }

  /// The operation's name, for profiles and messages.
  let operation: String
  /// How each operand was computed; `nil` for one without gradient.
  let parents: [Node?]
  /// Where the gradient of a leaf ends up.
  let slot: GradientSlot?
  private let kept: Lock<(work: Work?, replay: Replay?)>

  /// A node for `operation`.
  init(_ operation: String, parents: [Node?], replay: Replay? = nil, backward: @escaping Backward) {
    self.operation = operation
    self.parents = parents
    slot = nil
    kept = Lock((.operation(backward), replay))
  }

  /// A node for a part that is recomputed on the way back, from `input` and from what else it reads.
  init(recomputing input: Node?, and others: [Node], _ recomputation: @escaping Recomputation) {
    operation = "recompute"
    parents = [input] + others
    slot = nil
    kept = Lock((.recomputation(recomputation), nil))
  }

  /// The node of a leaf, whose gradient `slot` collects.
  init(leaf slot: GradientSlot) {
    operation = "leaf"
    parents = []
    self.slot = slot
    kept = Lock((nil, nil))
  }

  /// What computes the gradients, once: what it holds is let go with it.
  func takeWork() -> Work? {
    kept.withLock { kept in
      defer { kept = (nil, nil) }
      return kept.work
    }
  }

  /// How to recompute the result instead of saving it, where that is cheap.
  var replay: Replay? { kept.withLock { $0.replay } }
}

/// Collects the gradient of one leaf over one or several backward passes.
final class GradientSlot: Sendable {
  private struct Content {
    var gradient: Tensor?
    weak var owner: Parameter?
  }

  private let content = Lock(Content())

  /// The parameter whose gradient this is, while it exists; `nil` for the input of a recomputed part.
  var owner: Parameter? {
    get { content.withLock { $0.owner } }
    set { content.withLock { $0.owner = newValue } }
  }

  var value: Tensor? {
    get { content.withLock { $0.gradient } }
    set { content.withLock { $0.gradient = newValue } }
  }

  func add(_ more: consuming Tensor) {
    let more = more
    content.withLock { content in
      if let present = content.gradient.take() {
        content.gradient = present.sum(consuming: more)
      } else {
        content.gradient = more
      }
    }
  }
}
