/// One worker of a stage.
struct StageRunner: Sendable {
  let name: String
  let stage: any StageBoxing
  let seed: UInt64
  let length: RunLength
  let sourceNames: [String]
  let policy: FailurePolicy
  /// Behind a ``Step``: takes an element only when an output is asked for.
  let isPaced: Bool
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the outputs are still wanted.
  func run() async throws -> Bool {
    let worker = try makeWorker()
    var done = 0
    while true {
      if isPaced {
        outlet.meter.enter(.waitingForOutput)
        let isWanted = await outlet.channel.demand(beyond: done)
        outlet.meter.enter(.busy)
        guard isWanted else { return false }
      }
      guard let taken = await intake.next() else { return true }
      guard let result = try await process(taken.element, worker) else { return true }
      guard await outlet.put(result, turn: taken.index) else { return false }
      done += 1
    }
  }

  private func makeWorker() throws -> StageWorker {
    do {
      return try stage.makeWorker()
    } catch {
      throw FlowError(.stageFailed, "\(name): \(error)", stage: name, underlying: error)
    }
  }

  /// The output for one element, or `nil` if the run is over.
  private func process(_ envelope: Envelope, _ worker: StageWorker) async throws -> Envelope? {
    guard case .element(let input) = envelope.content else { return envelope }
    do {
      let context = envelope.context(seed: seed, stage: name, length: length)
      return envelope.with(.element(try await worker.work(input, context)))
    } catch {
      if Task.isCancelled { return nil }
      outlet.meter.countFailure()
      guard policy == .drop else { throw FlowError.stageFailed(name, identity: envelope.identity, error) }
      let source = sourceNames[envelope.origin.source]
      return envelope.with(.failed(SampleFailure(envelope.origin, source: source, stage: name, error)))
    }
  }
}

extension Envelope {
  /// What messages call the element: its sample, or its first ones.
  var identity: String {
    guard members.count > 1 else { return origin.identity }
    let first = members.prefix(16).map(\.identity).joined(separator: ", ")
    return members.count > 16 ? "batch of \(members.count): \(first), …" : "batch: \(first)"
  }
}
