/// One worker of a stage.
struct StageRunner: Sendable {
  let stage: any StageBoxing
  let key: StageKey
  let failures: FailureRule
  /// Tell where elements will stand in the next batch, at the stages up to this one; none if something else than stages is
  /// before it.
  let slots: [BatchSlots]
  /// Behind a ``Step``: takes an element only when an output is asked for.
  let isPaced: Bool
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the outputs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    let worker = try makeWorker()
    var done = 0
    while true {
      if isPaced {
        guard await outlet.demand(beyond: done) else { return false }
      }
      // Each await costs a look at the task's executor, so what need not wait is not awaited.
      let taken: Taken<Envelope>
      switch intake.poll() {
      case .element(let now): taken = now
      case .ended: return true
      case .empty:
        guard let later = await intake.wait() else { return true }
        taken = later
      }
      var result = taken.element
      if case .element(let input) = result.content {
        do {
          let context = result.context(of: key, slot: slots.last?.slot(of: taken))
          switch worker {
          case .blocking(let worker): result.content = .element(try worker.run(input, context))
          case .suspending(let worker): result.content = .element(try await worker.run(input, context))
          }
        } catch {
          // An error of a run that is being ended is none of the stage's own.
          if Task.isCancelled { return true }
          result = try failures.drop(taken.element, error, outlet.meter)
          for slots in slots { slots.lose(1, of: taken.element) }
        }
      }
      if let isWanted = outlet.offer(result, turn: taken.index) {
        guard isWanted else { return false }
      } else {
        guard await outlet.wait(with: result, turn: taken.index) else { return false }
      }
      done += 1
    }
  }

  private func makeWorker() throws -> StageWorker {
    do {
      return try stage.makeWorker()
    } catch {
      throw FlowError(.stageFailed, "\(key.name): \(error)", stage: key.name, underlying: error)
    }
  }
}
