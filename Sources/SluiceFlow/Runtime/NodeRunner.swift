internal import SluicePlatform

/// Where a worker's outputs go: in turn, if order is kept.
struct Outlet: Sendable {
  let channel: Channel<Envelope>
  let turnstile: Turnstile?
  let meter: Meter

  /// Hands an output on; `false` if nobody wants any more.
  func put(_ envelope: Envelope, turn: Int) async -> Bool {
    guard let turnstile else { return await put(envelope) }
    if turnstile.isNow(turn) != true {
      meter.enter(.waitingForOutput)
      let isMyTurn = await turnstile.wait(for: turn)
      meter.enter(.busy)
      guard isMyTurn else { return false }
    }
    guard await put(envelope) else { return false }
    turnstile.advance()
    return true
  }

  func put(_ envelope: Envelope) async -> Bool {
    meter.countItem()
    if let answer = channel.offer(envelope) { return answer }
    meter.enter(.waitingForOutput)
    let answer = await channel.send(envelope)
    meter.enter(.busy)
    return answer
  }
}

/// Where a worker's inputs come from.
struct Intake: Sendable {
  let channel: Channel<Envelope>
  let meter: Meter

  func next() async -> Taken<Envelope>? {
    switch channel.poll() {
    case .element(let taken): return taken
    case .ended: return nil
    case .empty: break
    }
    meter.enter(.waitingForInput)
    let taken = await channel.receive()
    meter.enter(.busy)
    return taken
  }
}

/// The workers of one node: the last one to end finishes what the node writes and closes what it reads.
final class Crew: Sendable {
  private let remaining: Lock<Int>
  private let dismiss: @Sendable () -> Void
  private let close: @Sendable () -> Void

  /// - Parameters:
  ///   - dismiss: sends the other workers home, since nobody wants outputs any more.
  ///   - close: ends the node's channels.
  init(workers: Int, dismiss: @escaping @Sendable () -> Void, close: @escaping @Sendable () -> Void) {
    remaining = Lock(workers)
    self.dismiss = dismiss
    self.close = close
  }

  /// Runs one worker's loop, which returns whether the outputs are still wanted.
  func work(_ meter: Meter, _ loop: () async throws -> Bool) async throws {
    defer {
      meter.enter(.ended)
      let isLast = remaining.withLock { remaining in
        remaining -= 1
        return remaining == 0
      }
      if isLast { close() }
    }
    meter.enter(.busy)
    if try await !loop() { dismiss() }
  }
}
