/// One worker of an expansion.
struct ExpansionRunner: Sendable {
  let expansion: any ExpansionBoxing
  let key: StageKey
  let failures: FailureRule
  let delivered: DeliveredOutputs
  /// Behind a ``Step``: takes an element only when an output is asked for.
  let isPaced: Bool
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the outputs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    var done = 0
    while true {
      if isPaced {
        guard await outlet.demand(beyond: done) else { return false }
      }
      guard let taken = await intake.next() else { return true }
      let results: [Envelope]
      do {
        results = try await outputs(of: taken.element)
      } catch let error as MiscountedOutputs {
        throw error.error
      } catch {
        // An error of a run that is being ended is none of the expansion's own.
        if Task.isCancelled { return true }
        results = [try failures.drop(taken.element, error, outlet.meter)]
      }
      guard await outlet.put(results, turn: taken.index) else { return false }
      done += results.count
    }
  }

  /// The outputs of one element, without those that were delivered before; a trace passes on.
  private nonisolated(nonsending) func outputs(of envelope: Envelope) async throws -> [Envelope] {
    guard case .element(let input) = envelope.content else { return [envelope] }
    let outputs = try await expansion.run(input, envelope.context(of: key))
    let count = expansion.count
    guard outputs.count == count else {
      throw MiscountedOutputs(
        error: FlowError(
          .stageFailed, "\(envelope.identity): \(outputs.count) outputs given, \(count) declared (\(key.name))",
          stage: key.name, identity: envelope.identity))
    }
    return outputs.enumerated().compactMap { index, output in
      let envelope = envelope.mapOrigins { $0.output(index, of: count) }
      return delivered.holds(envelope.samples) ? nil : envelope.with(.element(output))
    }
  }
}

/// Ends the run whatever the policy is: no sample's fault.
private struct MiscountedOutputs: Error {
  let error: FlowError
}

extension Outlet {
  /// Hands several outputs on, one behind the other, waiting for their turn and for room; `false` if nobody wants more.
  nonisolated(nonsending) func put(_ envelopes: [Envelope], turn: Int) async -> Bool {
    if let turnstile, turnstile.isNow(turn) != true {
      meter.enter(.waitingForOutput)
      let isMyTurn = await turnstile.wait(for: turn)
      meter.enter(.busy)
      guard isMyTurn else { return false }
    }
    for envelope in envelopes {
      guard await put(envelope) else { return false }
    }
    turnstile?.advance()
    return true
  }
}
