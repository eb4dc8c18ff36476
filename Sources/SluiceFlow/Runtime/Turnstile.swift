internal import SluicePlatform

/// Lets numbered tasks through one after the other, as a pure state machine.
package struct TurnstileState<Waiter> {
  private var next = 0
  private var waiting: [Int: Waiter] = [:]
  private var isClosed = false

  package init() {}

  /// `true`: it is this turn; `false`: wait; `nil`: closed.
  package mutating func arrive(_ turn: Int, _ waiter: Waiter) -> Bool? {
    guard let answer = isNow(turn) else { return nil }
    if !answer { waiting[turn] = waiter }
    return answer
  }

  package func isNow(_ turn: Int) -> Bool? {
    isClosed ? nil : turn == next
  }

  /// The present turn is done; returns whose turn it is now, if they wait.
  package mutating func advance() -> Waiter? {
    next += 1
    return waiting.removeValue(forKey: next)
  }

  /// Nobody passes any more; returns who is to be told.
  package mutating func close() -> [Waiter] {
    isClosed = true
    defer { waiting = [:] }
    return Array(waiting.values)
  }
}

/// Lets the workers of a node write in the order in which they read.
///
/// The worker whose turn it is never waits for an input, so each output is written as soon as its predecessors are.
package final class Turnstile: Sendable {
  private let state = Lock(TurnstileState<Waiter<Bool>>())

  /// Waits for a turn; `false` once it is closed.
  package nonisolated(nonsending) func wait(for turn: Int) async -> Bool {
    await Waiter.suspend { waiter in
      switch state.withLock({ $0.arrive(turn, waiter) }) {
      case true?: waiter.resume(true)
      case false?: break
      case nil: waiter.resume(false)
      }
    }
  }

  /// Whether it is this turn now, without waiting; `nil` once it is closed.
  package func isNow(_ turn: Int) -> Bool? {
    state.withLock { $0.isNow(turn) }
  }

  /// Ends the present turn.
  package func advance() {
    if let next = state.withLock({ $0.advance() }) { next.resume(true) }
  }

  /// Sends everybody away.
  package func close() {
    for waiter in state.withLock({ $0.close() }) { waiter.resume(false) }
  }
}
