internal import SluicePlatform

/// Where a worker's outputs go: in turn, if order is kept.
struct Outlet: Sendable {
  let channel: Channel<Envelope>
  let turnstile: Turnstile?
  let meter: Meter

  /// Hands an output on without waiting; `nil` if it has to wait, `false` if nobody wants any more.
  func offer(_ envelope: Envelope, turn: Int) -> Bool? {
    meter.finish(envelope)
    guard let turnstile else { return offer(envelope) }
    guard turnstile.isNow(turn) == true, let answer = offer(envelope) else { return nil }
    turnstile.advance()
    return answer
  }

  /// Hands an output on, waiting for its turn and for room; `false` if nobody wants any more.
  nonisolated(nonsending) func wait(with envelope: Envelope, turn: Int) async -> Bool {
    guard let turnstile else { return await wait(with: envelope) }
    meter.enter(.waitingForOutput)
    let isMyTurn = await turnstile.wait(for: turn)
    meter.enter(.busy)
    guard isMyTurn, await hand(envelope) else { return false }
    turnstile.advance()
    return true
  }

  /// Hands an output on, waiting for room if need be; `false` if nobody wants any more.
  nonisolated(nonsending) func put(_ envelope: Envelope) async -> Bool {
    meter.finish(envelope)
    return await hand(envelope)
  }

  private nonisolated(nonsending) func hand(_ envelope: Envelope) async -> Bool {
    if let answer = offer(envelope) { return answer }
    return await wait(with: envelope)
  }

  /// Waits until more than `count` outputs have been asked for; `false` if nobody wants any more.
  nonisolated(nonsending) func demand(beyond count: Int) async -> Bool {
    meter.enter(.waitingForOutput)
    defer { meter.enter(.busy) }
    return await channel.demand(beyond: count)
  }

  private func offer(_ envelope: Envelope) -> Bool? {
    guard let answer = channel.offer(envelope) else { return nil }
    meter.countItem()
    return answer
  }

  private nonisolated(nonsending) func wait(with envelope: Envelope) async -> Bool {
    meter.countItem()
    meter.enter(.waitingForOutput)
    defer { meter.enter(.busy) }
    return await channel.send(envelope)
  }
}

/// Where a worker's inputs come from.
struct Intake: Sendable {
  let channel: Channel<Envelope>
  let meter: Meter

  /// Takes an element without waiting.
  func poll() -> Channel<Envelope>.Immediate { channel.poll() }

  /// Takes an element once there is one; `nil` at the end.
  nonisolated(nonsending) func wait() async -> Taken<Envelope>? {
    meter.enter(.waitingForInput)
    defer { meter.enter(.busy) }
    return await channel.receive()
  }

  /// Takes an element, waiting if need be; `nil` at the end.
  nonisolated(nonsending) func next() async -> Taken<Envelope>? {
    switch poll() {
    case .element(let taken): taken
    case .ended: nil
    case .empty: await wait()
    }
  }
}

/// The workers of one node: the last one to end finishes what the node writes and closes what it reads.
final class Crew: Sendable {
  private let remaining: Lock<Int>
  private let ending: RunEnding
  private let dismiss: @Sendable () -> Void
  private let close: @Sendable () -> Void

  /// - Parameters:
  ///   - ending: learns of an error before what comes behind sees the end of its input.
  ///   - dismiss: sends the other workers home, since nobody wants outputs any more.
  ///   - close: ends the node's channels.
  init(
    workers: Int, ending: RunEnding, dismiss: @escaping @Sendable () -> Void, close: @escaping @Sendable () -> Void
  ) {
    remaining = Lock(workers)
    self.ending = ending
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
    do {
      if try await !loop() { dismiss() }
    } catch {
      ending.fail()
      throw error
    }
  }
}

/// Whether what ends is a stream, or the run by an error: then nothing is finished any more that was only begun.
final class RunEnding: Sendable {
  private let failed = Lock(false)

  /// Whether the run is over before its end.
  var isEarly: Bool { failed.withLock { $0 } || Task.isCancelled }

  func fail() { failed.withLock { $0 = true } }
}
