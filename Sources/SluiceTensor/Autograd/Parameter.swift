internal import SluicePlatform

/// A tensor that is learned, under the name it has in checkpoints.
///
/// ```swift
/// let weight = Parameter("head.weight", .zeros([400, 768]))
/// let loss = tokens.linear(weight.value).meanOfAll()
/// loss.backward()
/// weight.gradient?.shape   // [400, 768]
/// ```
public final class Parameter: Sendable {
  /// The name in checkpoints.
  public let name: String
  private let initial: Tensor
  private let slot = GradientSlot()
  private let leaf: Node
  private let frozen: Lock<Bool>
  private let changes = Lock(0)

  /// Creates a parameter around `value`, whose memory it takes over: nobody else may rely on it staying as it is.
  public init(_ name: String, _ value: Tensor, isFrozen: Bool = false) {
    self.name = name
    initial = value.detached
    leaf = Node(leaf: slot)
    frozen = Lock(isFrozen)
    slot.owner = self
  }

  /// The extents, outermost first.
  public var shape: Shape { initial.shape }

  /// The numbers now, for use in operations: gradients of what is computed from it arrive in ``gradient``.
  ///
  /// All values share one memory, which ``update(_:)`` and ``assign(_:)`` change.
  public var value: Tensor {
    Tensor(
      shape: initial.shape, elementType: initial.elementType, storage: initial.storage, node: isFrozen ? nil : leaf)
  }

  /// A frozen parameter gets no gradient, and what only it would need is not computed.
  public var isFrozen: Bool {
    get { frozen.withLock { $0 } }
    set { frozen.withLock { $0 = newValue } }
  }

  /// The sum of all gradients since it was last `nil`; `nil` when none has arrived.
  public var gradient: Tensor? {
    get { slot.value }
    set { slot.value = newValue }
  }

  /// How often the numbers have been replaced by ``assign(_:)`` and ``update(_:)``; an optimizer's updates do not count.
  ///
  /// Of a frozen parameter: whether what was computed from it still holds.
  package var revision: Int { changes.withLock { $0 } }

  /// Changes the numbers in place, between two steps: while no operation reads them.
  public func update<Failure: Error>(_ body: (inout MutableSpan<Float>) throws(Failure) -> Void) throws(Failure) {
    changes.withLock { $0 += 1 }
    initial.storage.packed.forget()
    let elements = unsafe UnsafeMutableBufferPointer(start: initial.pointer, count: initial.count)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    try body(&span)
  }

  /// Replaces the numbers, between two steps.
  /// - Throws: ``ShapeError`` if `value` has another shape.
  public func assign(_ value: Tensor) throws(ShapeError) {
    try value.shape.check(is: shape, in: "parameter \(name)")
    let value = value.floating
    changes.withLock { $0 += 1 }
    unsafe initial.pointer.update(from: value.pointer, count: initial.count)
    initial.storage.packed.forget()
  }
}
