/// The door of a step: lets the next element in when an output is asked for, and numbers it.
struct StepRunner: Sendable {
  let firstStep: Int
  let extent: RunExtent
  let parts: BatchParts
  let intake: Intake
  let outlet: Outlet
  /// Where the step's outputs leave it; its reader's demand opens the door.
  let exit: Channel<Envelope>

  /// Returns whether outputs are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    var (admitted, step) = (0, firstStep)
    while true {
      outlet.meter.enter(.waitingForOutput)
      let isWanted = await exit.demand(beyond: admitted)
      outlet.meter.enter(.busy)
      guard isWanted else { return false }
      guard var envelope = await intake.next()?.element else { return true }
      if case .element = envelope.content {
        envelope.step = step
        if let progress = extent.epochProgress(ofStep: step) { envelope.origin.progress = progress }
        // All parts of a batch are one step.
        if parts.ownIndex(of: envelope.origin.ordinal) == parts.own.count - 1 { step += 1 }
      }
      guard await outlet.put(envelope) else { return false }
      admitted += 1
    }
  }
}
