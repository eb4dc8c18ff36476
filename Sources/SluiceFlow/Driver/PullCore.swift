internal import SluicePlatform

/// What the callers of a driver share with the task that pulls for them.
///
/// Apart from the driver, so that a pull under way does not keep a driver alive that nobody has any more.
final class PullCore<Output: Sendable>: Sendable {
  private enum Answer: Sendable {
    case delivery(Delivery<Output>)
    case end((any Error)?)
    case cancelled
  }

  private struct State {
    var run: PipelineRun<Output>
    var pull = PullState<Delivery<Output>, Waiter<Answer>>()
    /// Behind the last output taken; at the end, behind the samples that failed after it too.
    var position: StreamPosition
    /// Where the run has come to, once it has ended by itself.
    var endPosition: StreamPosition?
    /// The number of the run, so that what comes late from an earlier one is known.
    var generation = 0
  }

  /// A run to be pulled from.
  private struct Pull {
    let run: PipelineRun<Output>
    let generation: Int
  }

  private let state: Lock<State>

  init(_ run: PipelineRun<Output>) {
    state = Lock(State(run: run, position: run.position))
  }

  var run: PipelineRun<Output> { state.withLock { $0.run } }

  var position: StreamPosition { state.withLock { $0.position } }

  /// Takes an output, blocking the thread.
  func take(within limit: Duration?) throws -> Delivery<Output>? {
    let (answer, pull, generation) = state.withLock { state -> (Answer?, Pull?, Int) in
      if let answer = self.answer(&state) { return (answer, nil, 0) }
      return (nil, state.pull.block() ? self.pull(of: state) : nil, state.generation)
    }
    if let answer { return try result(answer) }
    if let pull { startPulling(pull) }
    let waited: Answer?
    if let deadline = limit.flatMap(Self.deadline) {
      waited = state.wait(until: deadline) { self.answer(&$0, ofRun: generation) }
    } else {
      waited = state.wait { self.answer(&$0, ofRun: generation) }
    }
    state.withLock { state in
      if state.generation == generation { state.pull.unblock() }
    }
    guard let waited else {
      throw FlowError(.timedOut, "nothing came within \(limit ?? .zero). Ask again: what is under way is not lost.")
    }
    return try result(waited)
  }

  /// Takes an output, waiting in a task.
  nonisolated(nonsending) func take() async throws -> Delivery<Output>? {
    let ticket = Lock(Ticket())
    let answer = await withTaskCancellationHandler {
      await Waiter<Answer>.suspend { waiter in
        let (answer, pull) = state.withLock { state -> (Answer?, Pull?) in
          if let answer = self.answer(&state) { return (answer, nil) }
          return ticket.withLock { ticket -> (Answer?, Pull?) in
            if ticket.isCancelled { return (.cancelled, nil) }
            let (id, beginsPull) = state.pull.wait(waiter)
            (ticket.id, ticket.generation) = (id, state.generation)
            return (nil, beginsPull ? self.pull(of: state) : nil)
          }
        }
        if let answer { waiter.resume(answer) }
        if let pull { startPulling(pull) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        ticket.withLock { ticket -> Waiter<Answer>? in
          ticket.isCancelled = true
          guard let id = ticket.id, ticket.generation == state.generation else { return nil }
          return state.pull.cancel(id)
        }
      }
      waiter?.resume(.cancelled)
    }
    return try result(answer)
  }

  /// A task that waits, as its cancellation knows it.
  private struct Ticket {
    var id: Int?
    var generation = 0
    var isCancelled = false
  }

  /// Nothing is given out any more; returns the run, which is still to be closed.
  func close() -> PipelineRun<Output> {
    let (run, waiters) = state.withLock { state in
      state.endPosition = nil
      return (state.run, state.pull.close())
    }
    state.wakeAll()
    for waiter in waiters { waiter.resume(.end(nil)) }
    return run
  }

  /// Closes the run and blocks until it is gone.
  func closeAndWait() {
    let run = close()
    let isDone = Lock(false)
    // Not structured: the caller is a thread, and waits for it here.
    Task {
      await run.close()
      isDone.withLock { $0 = true }
      isDone.wakeAll()
    }
    _ = isDone.wait { $0 ? true : nil }
  }

  /// Goes on with another run; the present one has been closed.
  func replace(_ run: PipelineRun<Output>) {
    state.withLock { state in
      state = State(run: run, position: run.position, generation: state.generation + 1)
    }
  }

  /// Ends the run soon: nobody takes outputs any more.
  func abandon() {
    run.abort()
  }

  /// Takes what is there; `nil` if the caller has to wait.
  private func answer(_ state: inout State) -> Answer? {
    switch state.pull.poll() {
    case .element(let delivery):
      state.position = delivery.position
      return .delivery(delivery)
    case .end(let error):
      if let end = state.endPosition { state.position = end }
      return .end(error)
    case .wait: return nil
    }
  }

  /// Like ``answer(_:)``; whoever waited for an earlier run takes nothing of this one.
  private func answer(_ state: inout State, ofRun generation: Int) -> Answer? {
    state.generation == generation ? answer(&state) : .end(nil)
  }

  private func pull(of state: State) -> Pull { Pull(run: state.run, generation: state.generation) }

  private func result(_ answer: Answer) throws -> Delivery<Output>? {
    switch answer {
    case .delivery(let delivery): return delivery
    case .end(nil): return nil
    case .end(let error?): throw error
    case .cancelled: throw CancellationError()
    }
  }

  /// Pulls until nobody waits.
  private func startPulling(_ pull: Pull) {
    let (run, generation) = (pull.run, pull.generation)
    // Not structured: it works for callers that are threads. It ends when nobody waits, or with the run.
    Task {
      var iterator = run.deliveries.makeAsyncIterator()
      while true {
        do {
          guard let delivery = try await iterator.next() else { return self.end(nil, of: pull) }
          guard self.arrive(delivery, of: generation) else { return }
        } catch {
          return self.end(error, of: pull)
        }
      }
    }
  }

  /// Returns whether the next output is wanted.
  private func arrive(_ delivery: Delivery<Output>, of generation: Int) -> Bool {
    let (receiver, pullsOn) = state.withLock { state -> (Waiter<Answer>?, Bool) in
      guard state.generation == generation else { return (nil, false) }
      let (receiver, pullsOn) = state.pull.arrive(delivery)
      if receiver != nil { state.position = delivery.position }
      return (receiver, pullsOn)
    }
    state.wakeAll()
    receiver?.resume(.delivery(delivery))
    return pullsOn
  }

  private func end(_ error: (any Error)?, of pull: Pull) {
    let end = pull.run.position
    let waiters = state.withLock { state -> [Waiter<Answer>] in
      guard state.generation == pull.generation else { return [] }
      let wasOpen = state.pull.isOpen
      let waiters = state.pull.end(error)
      if wasOpen { state.endPosition = end }
      if !waiters.isEmpty { state.position = end }
      return waiters
    }
    state.wakeAll()
    for waiter in waiters { waiter.resume(.end(error)) }
  }

  /// The time so far from now; `nil` if it is farther than anybody waits.
  private static func deadline(_ limit: Duration) -> UInt64? {
    let (seconds, attoseconds) = limit.components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 1 << 32 else { return nil }
    return MonotonicClock.system.now() + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }
}
