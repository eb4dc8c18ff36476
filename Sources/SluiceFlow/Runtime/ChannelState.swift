internal import DequeModule

/// An element and its number in the order of taking.
package struct Taken<Element: Sendable>: Sendable {
  package let element: Element
  package let index: Int
  /// Its number among those of its group that count; `nil` unless the channel numbers them.
  package let number: Int?
}

/// A bounded queue between tasks as a pure state machine: each event returns what is to be done, outside the lock.
///
/// A waiting task is a token of type `Receiver`, `Sender` or `Demander`; the channel uses continuations, tests numbers.
/// Always true: receivers wait only while the buffer is empty, senders only while it holds something.
package struct ChannelState<Element: Sendable, Receiver: Sendable, Sender: Sendable, Demander: Sendable>: Sendable {
  package let capacity: Int
  // A suspended sender is let in when the buffer is half empty, not at each free slot: fewer switches of tasks.
  private let refillMark: Int
  private var buffer: Deque<Element> = []
  private var receivers: Deque<Receiver> = []
  private var senders: Deque<(element: Element, token: Sender)> = []
  private var demanders: [(threshold: Int, token: Demander)] = []
  private var taken = 0
  private var numbering: ElementNumbering<Element>?
  private var phase = Phase.open

  private enum Phase {
    case open
    /// The writer is done; what is buffered is still delivered.
    case finished
    /// The reader is gone, or nothing is left to deliver.
    case closed
  }

  package init(capacity: Int, numbering: ElementNumbering<Element>? = nil) {
    precondition(capacity > 0, "a channel needs room for one element")
    self.capacity = capacity
    refillMark = capacity / 2
    self.numbering = numbering
    buffer.reserveCapacity(min(capacity, 255) + 1)
  }

  package var depth: Int { buffer.count }

  package enum Receive: Sendable {
    case element(Taken<Element>)
    case wait
    case end
  }

  /// What a receiver gets, and who is to be resumed because of it.
  package struct Received: Sendable {
    package let outcome: Receive
    package var sender: Sender?
    package var demanders: [Demander] = []
  }

  /// Takes an element if there is one; otherwise a receiver has to wait or has come to the end.
  package mutating func poll() -> Received {
    guard let element = buffer.popFirst() else { return Received(outcome: phase == .open ? .wait : .end) }
    var received = Received(outcome: .element(take(element)))
    if buffer.count <= refillMark, let sender = senders.popFirst() {
      buffer.append(sender.element)
      received.sender = sender.token
    }
    received.demanders = satisfiedDemanders()
    return received
  }

  /// Like ``poll()``, but `receiver` waits if need be.
  package mutating func receive(_ receiver: Receiver) -> Received {
    var received = poll()
    if case .wait = received.outcome {
      receivers.append(receiver)
      received.demanders = satisfiedDemanders()
    }
    return received
  }

  package enum Send: Sendable {
    case sent
    case handed(to: Receiver, Taken<Element>)
    case full
    case closed
  }

  /// Adds an element if there is room, handing it over if somebody waits.
  package mutating func offer(_ element: Element) -> Send {
    guard phase == .open else { return .closed }
    if let receiver = receivers.popFirst() { return .handed(to: receiver, take(element)) }
    guard buffer.count < capacity, senders.isEmpty else { return .full }
    buffer.append(element)
    return .sent
  }

  /// Like ``offer(_:)``, but `sender` waits with the element while there is no room.
  package mutating func send(_ element: Element, _ sender: Sender) -> Send {
    let result = offer(element)
    if case .full = result { senders.append((element, sender)) }
    return result
  }

  /// Whether more than `threshold` elements have been asked for since the beginning; `nil` once it is closed.
  package func hasDemand(beyond threshold: Int) -> Bool? {
    guard phase == .open else { return nil }
    return taken + receivers.count > threshold
  }

  /// Like ``hasDemand(beyond:)``, but `demander` waits for it.
  package mutating func demand(beyond threshold: Int, _ demander: Demander) -> Bool? {
    let answer = hasDemand(beyond: threshold)
    if answer == false { demanders.append((threshold, demander)) }
    return answer
  }

  package struct Released: Sendable {
    package var receivers: [Receiver] = []
    package var senders: [Sender] = []
    package var demanders: [Demander] = []
  }

  /// The writer is done: what is buffered is still delivered, then receivers get the end.
  package mutating func finish() -> Released {
    guard phase == .open else { return Released() }
    phase = .finished
    // A writer that finishes has no send under way, so nobody waits with an element.
    defer { receivers = [] }
    return Released(receivers: receivers.map { $0 }, demanders: releaseDemanders())
  }

  /// The reader is gone, or the run is over: everything is dropped and everybody released.
  package mutating func close() -> Released {
    guard phase != .closed else { return Released() }
    phase = .closed
    buffer = []
    defer {
      receivers = []
      senders = []
    }
    return Released(receivers: receivers.map { $0 }, senders: senders.map(\.token), demanders: releaseDemanders())
  }

  private mutating func take(_ element: Element) -> Taken<Element> {
    defer { taken += 1 }
    return Taken(element: element, index: taken, number: numbering?.next(element))
  }

  private mutating func satisfiedDemanders() -> [Demander] {
    guard !demanders.isEmpty else { return [] }
    let asked = taken + receivers.count
    defer { demanders.removeAll { $0.threshold < asked } }
    return demanders.filter { $0.threshold < asked }.map(\.token)
  }

  private mutating func releaseDemanders() -> [Demander] {
    defer { demanders = [] }
    return demanders.map(\.token)
  }
}
