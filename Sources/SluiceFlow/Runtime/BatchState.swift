/// Gathers elements into batches, each part's by themselves, as a pure state machine.
///
/// Traces of failed samples pass on at once, so a batch is filled with the next ones.
package struct BatchState: Sendable {
  private struct Part {
    var elements: [any Sendable] = []
    var members: [Origin] = []
  }

  private let size: Int
  private let parts: BatchParts
  private let collect: @Sendable ([any Sendable]) -> any Sendable
  private var gathered: [Part]

  package init(size: Int, parts: BatchParts, collect: @escaping @Sendable ([any Sendable]) -> any Sendable) {
    self.size = size
    self.parts = parts
    self.collect = collect
    gathered = [Part](repeating: Part(), count: parts.own.count)
  }

  /// Takes an element; returns the batch that it fills, or a trace of a failed sample.
  package mutating func add(_ envelope: Envelope) -> Envelope? {
    guard case .element(let element) = envelope.content else { return envelope }
    let part = parts.ownIndex(of: envelope.origin.ordinal)
    gathered[part].elements.append(element)
    if envelope.members.isEmpty {
      gathered[part].members.append(envelope.origin)
    } else {
      gathered[part].members.append(contentsOf: envelope.members)
    }
    return gathered[part].elements.count == size ? take(part) : nil
  }

  /// What is left when a single pass ends: a batch of each part that has begun one.
  package mutating func finish() -> [Envelope] {
    gathered.indices.compactMap { gathered[$0].elements.isEmpty ? nil : take($0) }
  }

  private mutating func take(_ part: Int) -> Envelope {
    var envelope = Envelope(.element(collect(gathered[part].elements)), from: gathered[part].members[0])
    envelope.members = gathered[part].members
    gathered[part].elements.removeAll(keepingCapacity: true)
    gathered[part].members = []
    return envelope
  }
}
