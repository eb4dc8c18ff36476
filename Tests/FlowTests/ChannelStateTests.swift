import SluiceFlow
import TestSupport
import Testing

/// Every sequence of events up to a length, against a queue that is as simple as can be.
@Suite struct ChannelStateTests {
  typealias State = ChannelState<Int, Int, Int, Int>

  enum Event: CaseIterable {
    case poll, receive, offer, send, demandNow, demandNext, finish, close
  }

  /// What must be true of a channel, kept with plain arrays.
  struct Oracle {
    let capacity: Int
    /// Accepted elements not yet taken, oldest first.
    var accepted: [Int] = []
    /// Senders that wait with their element, oldest first.
    var senders: [Int] = []
    var receivers: [Int] = []
    var demanders: [(threshold: Int, token: Int)] = []
    var taken = 0
    var isFinished = false
    var isClosed = false
    var nextToken = 0
    /// What was not as it must be; `#expect` itself would take most of the time here.
    var problems: Set<String> = []

    mutating func expect(_ isTrue: Bool, _ line: Int = #line) {
      if !isTrue { problems.insert("line \(line)") }
    }

    mutating func token() -> Int {
      defer { nextToken += 1 }
      return nextToken
    }
  }

  @Test(arguments: [1, 2, 3, 5]) func allShortSequencesBehaveLikeAQueue(capacity: Int) {
    var count = 0
    var oracle = Oracle(capacity: capacity)
    explore(State(capacity: capacity), &oracle, depth: isLongTier ? 7 : 6, &count)
    print("channel: \(count) sequences of events with capacity \(capacity)")
    #expect(oracle.problems.isEmpty)
    #expect(count > 100_000)
  }

  private func explore(_ state: State, _ oracle: inout Oracle, depth: Int, _ count: inout Int) {
    count += 1
    guard depth > 0 else { return }
    for event in Event.allCases {
      // A writer finishes only when no send of its own is under way.
      if event == .finish, !oracle.senders.isEmpty { continue }
      var (state, next) = (state, oracle)
      apply(event, &state, &next)
      check(state, &next)
      explore(state, &next, depth: depth - 1, &count)
      oracle.problems.formUnion(next.problems)
    }
  }

  private func apply(_ event: Event, _ state: inout State, _ oracle: inout Oracle) {
    let token = oracle.token()
    switch event {
    case .poll: received(state.poll(), by: nil, &oracle)
    case .receive: received(state.receive(token), by: token, &oracle)
    case .offer: sent(state.offer(token), token, waits: false, &oracle)
    case .send: sent(state.send(token, token), token, waits: true, &oracle)
    case .demandNow: demanded(state.demand(beyond: oracle.taken, token), oracle.taken, token, &oracle)
    case .demandNext: demanded(state.demand(beyond: oracle.taken + 1, token), oracle.taken + 1, token, &oracle)
    case .finish: released(state.finish(), closing: false, &oracle)
    case .close: released(state.close(), closing: true, &oracle)
    }
  }

  private func received(_ received: State.Received, by token: Int?, _ oracle: inout Oracle) {
    switch received.outcome {
    case .element(let taken):
      oracle.expect(taken.element == oracle.accepted.first && taken.index == oracle.taken)
      oracle.accepted.removeFirst()
      oracle.taken += 1
    case .wait:
      oracle.expect(oracle.accepted.isEmpty && !oracle.isFinished && !oracle.isClosed)
      if let token { oracle.receivers.append(token) }
    case .end:
      oracle.expect(oracle.accepted.isEmpty && (oracle.isFinished || oracle.isClosed))
    }
    if let sender = received.sender {
      oracle.expect(sender == oracle.senders.first)
      oracle.senders.removeFirst()
      oracle.accepted.append(sender)
    }
    resumeDemanders(received.demanders, &oracle)
  }

  private func sent(_ send: State.Send, _ token: Int, waits: Bool, _ oracle: inout Oracle) {
    let isOpen = !oracle.isFinished && !oracle.isClosed
    switch send {
    case .sent:
      oracle.expect(isOpen && oracle.receivers.isEmpty && oracle.accepted.count < oracle.capacity)
      oracle.accepted.append(token)
    case .handed(let receiver, let taken):
      oracle.expect(isOpen && oracle.accepted.isEmpty && receiver == oracle.receivers.first)
      oracle.expect(taken.element == token && taken.index == oracle.taken)
      oracle.receivers.removeFirst()
      oracle.taken += 1
    case .full:
      oracle.expect(isOpen && (oracle.accepted.count == oracle.capacity || !oracle.senders.isEmpty))
      if waits { oracle.senders.append(token) }
    case .closed: oracle.expect(!isOpen)
    }
  }

  private func demanded(_ answer: Bool?, _ threshold: Int, _ token: Int, _ oracle: inout Oracle) {
    let isOpen = !oracle.isFinished && !oracle.isClosed
    oracle.expect(answer == (isOpen ? oracle.taken + oracle.receivers.count > threshold : nil))
    if answer == false { oracle.demanders.append((threshold, token)) }
  }

  private func resumeDemanders(_ tokens: [Int], _ oracle: inout Oracle) {
    let asked = oracle.taken + oracle.receivers.count
    oracle.expect(tokens == oracle.demanders.filter { $0.threshold < asked }.map(\.token))
    oracle.demanders.removeAll { $0.threshold < asked }
  }

  private func released(_ released: State.Released, closing: Bool, _ oracle: inout Oracle) {
    if closing { oracle.accepted = [] }
    oracle.expect(released.receivers == oracle.receivers)
    oracle.expect(released.senders == (closing ? oracle.senders : []))
    oracle.expect(released.demanders == oracle.demanders.map(\.token))
    if closing { oracle.senders = [] }
    (oracle.receivers, oracle.demanders) = ([], [])
    if closing { oracle.isClosed = true } else { oracle.isFinished = true }
  }

  private func check(_ state: State, _ oracle: inout Oracle) {
    oracle.expect(state.depth == oracle.accepted.count && state.depth <= oracle.capacity)
    // Nobody waits for what is there: no lost wake-up.
    oracle.expect(oracle.receivers.isEmpty || oracle.accepted.isEmpty)
    oracle.expect(oracle.senders.isEmpty || oracle.accepted.count > oracle.capacity / 2)
    let asked = oracle.taken + oracle.receivers.count
    oracle.expect(oracle.demanders.allSatisfy { $0.threshold >= asked })
  }
}

@Suite struct TurnstileStateTests {
  @Test func everyOrderOfArrivalPassesInTurn() {
    var count = 0
    var isInTurn = true
    func explore(_ state: TurnstileState<Int>, arrived: Set<Int>, passed: [Int], inside: Int?, workers: Int) {
      count += 1
      isInTurn = isInTurn && passed == Array(0..<passed.count)
      if let inside {
        var (state, passed) = (state, passed)
        passed.append(inside)
        let next = state.advance()
        explore(state, arrived: arrived, passed: passed, inside: next, workers: workers)
      }
      for turn in 0..<workers where !arrived.contains(turn) {
        var state = state
        let answer = state.arrive(turn, turn)
        isInTurn = isInTurn && answer == (turn == passed.count && inside == nil)
        explore(
          state, arrived: arrived.union([turn]), passed: passed, inside: answer == true ? turn : inside,
          workers: workers)
      }
      if arrived.count == workers, inside == nil { isInTurn = isInTurn && passed.count == workers }
    }
    // While a worker is inside, its turn is the present one: nobody else's may be.
    for workers in 1...5 { explore(TurnstileState(), arrived: [], passed: [], inside: nil, workers: workers) }
    print("turnstile: \(count) orders of arrival")
    #expect(isInTurn)
    #expect(count > 1000)
  }

  @Test func closingSendsEverybodyAway() {
    var state = TurnstileState<Int>()
    #expect(state.arrive(2, 20) == false)
    #expect(state.arrive(1, 10) == false)
    #expect(state.close().sorted() == [10, 20])
    #expect(state.arrive(0, 0) == nil)
    #expect(state.isNow(0) == nil)
  }
}
