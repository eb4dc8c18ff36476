internal import SluicePlatform

/// Where the elements that come to one stage will stand in the batches of `size` behind.
final class BatchSlots: Sendable {
  private struct Part {
    var numbers: SlotNumbers
    /// The room of each batch of which not all slots have been given, and how many have.
    var rooms: [Int: (room: BatchRoom, given: Int)] = [:]
  }

  private let size: Int
  private let parts: BatchParts
  private let state: Lock<[Part]>

  init(size: Int, parts: BatchParts) {
    self.size = size
    self.parts = parts
    state = Lock([Part](repeating: Part(numbers: SlotNumbers(size: size)), count: parts.own.count))
  }

  /// The slot of an element; `nil` for one that fills a batch in place of one that failed.
  func slot(of taken: Taken<Envelope>) -> BatchSlot? {
    guard let number = taken.number else { return nil }
    let part = parts.ownIndex(of: taken.element.origin.ordinal)
    return state.withLock { state in
      guard let slot = state[part].numbers.slot(of: number) else { return nil }
      let batch = slot / size
      var (room, given) = state[part].rooms[batch] ?? (BatchRoom(), 0)
      given += 1
      state[part].rooms[batch] = given == size ? nil : (room, given)
      return BatchSlot(batch: batch * parts.own.count + part, index: slot % size, size: size, room: room)
    }
  }

  /// Some elements that were given slots do not come.
  func lose(_ count: Int, of envelope: Envelope) {
    let part = parts.ownIndex(of: envelope.origin.ordinal)
    state.withLock { $0[part].numbers.lose(count) }
  }

  /// Counts the elements of each part in the order in which they are taken out of a channel.
  static func numbering(_ parts: BatchParts) -> ElementNumbering<Envelope> {
    ElementNumbering(groups: parts.own.count) { envelope in
      if case .element = envelope.content { parts.ownIndex(of: envelope.origin.ordinal) } else { nil }
    }
  }
}

/// Numbers elements, those of each group from 0.
package struct ElementNumbering<Element: Sendable>: Sendable {
  private let group: @Sendable (Element) -> Int?
  private var counts: [Int]

  /// - Parameter group: to which of `groups` an element belongs; `nil` for one that does not count.
  package init(groups: Int, group: @escaping @Sendable (Element) -> Int?) {
    counts = [Int](repeating: 0, count: groups)
    self.group = group
  }

  package mutating func next(_ element: Element) -> Int? {
    guard let group = group(element) else { return nil }
    defer { counts[group] += 1 }
    return counts[group]
  }
}
