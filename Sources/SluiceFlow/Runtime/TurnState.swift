internal import DequeModule

/// Puts the outputs of the parts of a divided batch in order, one of each part and then again, as a pure state machine.
///
/// Traces of failed samples wait for the turn of their part, so that what a position says between two outputs does not
/// depend on which parts one process makes.
package struct TurnState: Sendable {
  private let parts: BatchParts
  private var turn: Int
  private var waiting: [Deque<Envelope>]

  /// - Parameter first: the number among the own parts of that which comes first.
  package init(parts: BatchParts, first: Int = 0) {
    self.parts = parts
    turn = first
    waiting = [Deque<Envelope>](repeating: [], count: parts.own.count)
  }

  /// Takes what has come; returns what goes on because of it.
  package mutating func add(_ envelope: Envelope) -> [Envelope] {
    waiting[parts.ownIndex(of: envelope.origin.ordinal)].append(envelope)
    var released: [Envelope] = []
    while let next = waiting[turn].popFirst() {
      released.append(next)
      if case .element = next.content { turn = (turn + 1) % waiting.count }
    }
    return released
  }

  /// What is left when a single pass ends, in which parts may have different numbers of outputs.
  package mutating func finish() -> [Envelope] {
    var released: [Envelope] = []
    while waiting.contains(where: { !$0.isEmpty }) {
      while let next = waiting[turn].popFirst() {
        released.append(next)
        if case .element = next.content { break }
      }
      turn = (turn + 1) % waiting.count
    }
    return released
  }
}
