/// The door of a step: lets the next element in when an output is asked for, and numbers it.
struct StepRunner: Sendable {
  let firstStep: Int
  let extent: RunExtent
  let parts: BatchParts
  /// What makes one output of several elements inside, if anything does.
  let gathering: (any GatheringBoxing)?
  let door: StepDoor
  let intake: Intake
  let outlet: Outlet
  /// Where the step's outputs leave it; its reader's demand opens the door.
  let exit: Channel<Envelope>

  /// Returns whether outputs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    try gathering?.prepare()
    let rounds = gathering?.gatheredCount ?? 1
    var (admitted, step, round) = (0, firstStep, 0)
    while true {
      outlet.meter.enter(.waitingForOutput)
      let isWanted = await exit.demand(beyond: admitted)
      outlet.meter.enter(.busy)
      guard isWanted else { return false }
      guard var envelope = await intake.next()?.element else { return true }
      if case .element = envelope.content {
        let part = parts.ownIndex(of: envelope.origin.ordinal)
        if gathering != nil, round == 0, part == 0 {
          guard door.enter() else { return true }
        }
        (envelope.step, envelope.round) = (step, round)
        if let progress = extent.epochProgress(ofStep: step, round: round, of: rounds) {
          envelope.origin.progress = progress
        }
        // All parts of a batch are one step.
        if part == parts.own.count - 1 {
          round = (round + 1) % rounds
          if round == 0 {
            step += 1
            envelope.endsStep = true
            door.leave()
          }
        }
      }
      guard await outlet.put(envelope) else { return false }
      admitted += 1
    }
  }
}
