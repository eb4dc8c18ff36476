/// Gives each element to every branch, and to the join beside them.
struct SplitRunner: Sendable {
  let intake: Intake
  let bypass: Outlet
  let branches: [Channel<Envelope>]

  /// Returns whether the elements are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    while let taken = await intake.next() {
      guard await bypass.put(taken.element) else { return false }
      guard case .element = taken.element.content else { continue }
      for branch in branches {
        guard await Outlet.put(taken.element, into: branch, bypass.meter) else { return false }
      }
    }
    return true
  }
}

/// Puts together what the branches made of one element.
struct JoinRunner: Sendable {
  let failures: FailureRule
  let join: @Sendable (any Sendable, [any Sendable]) throws -> any Sendable
  let bypass: Intake
  let branches: [Channel<Envelope>]
  let outlet: Outlet

  /// Returns whether the outputs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    while let taken = await bypass.next() {
      guard let result = try await joined(taken.element) else { return true }
      guard await outlet.put(result) else { return false }
    }
    return true
  }

  /// The output for one element, or `nil` if a branch has ended.
  private nonisolated(nonsending) func joined(_ envelope: Envelope) async throws -> Envelope? {
    guard case .element(let input) = envelope.content else { return envelope }
    var results: [any Sendable] = []
    var failure: SampleFailure?
    for branch in branches {
      guard let taken = await Intake(channel: branch, meter: bypass.meter).next() else { return nil }
      switch taken.element.content {
      case .element(let result): results.append(result)
      case .failed(let trace): failure = failure ?? trace
      // No branch gathers.
      case .gathered: return nil
      }
    }
    if let failure { return envelope.with(.failed(failure)) }
    do {
      return envelope.with(.element(try join(input, results)))
    } catch {
      return try failures.drop(envelope, error, outlet.meter)
    }
  }
}

extension Outlet {
  /// Puts an element into another channel than the node's own.
  nonisolated(nonsending) static func put(
    _ envelope: Envelope, into channel: Channel<Envelope>, _ meter: Meter
  ) async -> Bool {
    if let answer = channel.offer(envelope) { return answer }
    meter.enter(.waitingForOutput)
    let answer = await channel.send(envelope)
    meter.enter(.busy)
    return answer
  }
}
