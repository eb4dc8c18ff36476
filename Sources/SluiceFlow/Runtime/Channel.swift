internal import SluicePlatform

/// A bounded queue between the tasks of a run, for any number of senders and receivers.
///
/// - Shutdown: the writer ends it with ``finish()``, and what is buffered still arrives; the reader ends it with
///   ``close()``, and what is buffered is dropped. `send` to an ended channel returns `false`, which is no error.
/// - Cancellation: a task that is cancelled while it waits goes on waiting; a run that ends closes its channels.
/// - Executor: waiting does not move the caller to another executor, so a hop costs no switch.
/// - Order: elements arrive in the order of sending, receivers are served in the order of asking.
package final class Channel<Element: Sendable>: Sendable {
  private typealias State = ChannelState<Element, Waiter<Taken<Element>?>, Waiter<Bool>, Waiter<Bool>>

  private let state: Lock<State>

  /// - Parameter numbering: gives each element a number when it is taken.
  package init(capacity: Int, numbering: ElementNumbering<Element>? = nil) {
    state = Lock(ChannelState(capacity: capacity, numbering: numbering))
  }

  /// Elements waiting in the buffer now.
  package var depth: Int { state.withLock { $0.depth } }

  package enum Immediate {
    case element(Taken<Element>)
    case empty
    case ended
  }

  /// Takes an element without waiting.
  package func poll() -> Immediate {
    let received = state.withLock { $0.poll() }
    resume(received)
    return switch received.outcome {
    case .element(let taken): .element(taken)
    case .wait: .empty
    case .end: .ended
    }
  }

  /// Takes an element, waiting for one; `nil` at the end.
  package nonisolated(nonsending) func receive() async -> Taken<Element>? {
    let taken: Taken<Element>? = await Waiter.suspend { waiter in
      let received = state.withLock { $0.receive(waiter) }
      resume(received)
      switch received.outcome {
      case .element(let taken): waiter.resume(taken)
      case .wait: break
      case .end: waiter.resume(nil)
      }
    }
    // Orders what the sender did before handing over for a sanitizer too, which does not see into continuations.
    state.withLock { _ in }
    return taken
  }

  /// Adds an element without waiting; `nil` if there is no room, `false` if nobody will take it.
  package func offer(_ element: Element) -> Bool? {
    switch state.withLock({ $0.offer(element) }) {
    case .sent: return true
    case .handed(let receiver, let taken):
      receiver.resume(taken)
      return true
    case .full: return nil
    case .closed: return false
    }
  }

  /// Adds an element, waiting for room; `false` if nobody will take it.
  package nonisolated(nonsending) func send(_ element: Element) async -> Bool {
    await Waiter.suspend { waiter in
      switch state.withLock({ $0.send(element, waiter) }) {
      case .sent: waiter.resume(true)
      case .handed(let receiver, let taken):
        receiver.resume(taken)
        waiter.resume(true)
      case .full: break
      case .closed: waiter.resume(false)
      }
    }
  }

  /// Waits until more than `count` elements have been asked for since the beginning; `false` if nobody asks any more.
  package nonisolated(nonsending) func demand(beyond count: Int) async -> Bool {
    if let answer = state.withLock({ $0.hasDemand(beyond: count) }), answer { return true }
    return await Waiter.suspend { waiter in
      switch state.withLock({ $0.demand(beyond: count, waiter) }) {
      case true?: waiter.resume(true)
      case false?: break
      case nil: waiter.resume(false)
      }
    }
  }

  /// Ends the channel from the writing side: what is buffered still arrives.
  package func finish() {
    release(state.withLock { $0.finish() })
  }

  /// Ends the channel from the reading side: what is buffered is dropped.
  package func close() {
    release(state.withLock { $0.close() })
  }

  private func resume(_ received: State.Received) {
    if let sender = received.sender { sender.resume(true) }
    for demander in received.demanders { demander.resume(true) }
  }

  private func release(_ released: State.Released) {
    for receiver in released.receivers { receiver.resume(nil) }
    for sender in released.senders { sender.resume(false) }
    for demander in released.demanders { demander.resume(false) }
  }
}
