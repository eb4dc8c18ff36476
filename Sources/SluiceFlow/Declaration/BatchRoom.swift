internal import SluicePlatform

/// What the elements of one batch share while they are made, such as the memory in which they come to lie side by side.
///
/// ```swift
/// let block = context.batchSlot.map { slot in slot.room.content { Tensor.zeros([slot.size, 768]) } }
/// ```
/// Whoever asks first makes it. It lives as long as one of the batch's elements is under way, or what was made is held.
public final class BatchRoom: Sendable {
  private let made = Lock<(any Sendable)?>(nil)

  /// An empty room.
  public init() {}

  /// What is shared; `make` is called if there is nothing yet.
  /// - Returns: `nil` if something of another type is there.
  public func content<Content: Sendable>(_ make: () throws -> Content) rethrows -> Content? {
    try made.withLock { made in
      if let made { return made as? Content }
      let fresh = try make()
      made = fresh
      return fresh
    }
  }
}
