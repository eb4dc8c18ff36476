/// Where elements will stand in the batches of `size` behind, by their number among those that have not failed.
struct BatchSlots: Sendable {
  let size: Int
  let parts: BatchParts

  func slot(of taken: Taken<Envelope>) -> BatchSlot? {
    taken.number.map { number in
      let part = parts.ownIndex(of: taken.element.origin.ordinal)
      return BatchSlot(batch: number / size * parts.own.count + part, index: number % size, size: size)
    }
  }

  /// Counts the elements of each part in the order in which they are taken out of a channel.
  var numbering: ElementNumbering<Envelope> {
    let parts = parts
    return ElementNumbering(groups: parts.own.count) { envelope in
      if case .failed = envelope.content { nil } else { parts.ownIndex(of: envelope.origin.ordinal) }
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
