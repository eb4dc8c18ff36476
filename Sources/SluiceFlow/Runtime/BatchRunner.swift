/// Gathers elements into batches.
struct BatchRunner: Sendable {
  let state: BatchState
  /// Puts together what expansions made of one element, if there are any before.
  let siblings: SiblingState?
  /// Told which elements were dropped here, at the stages before this batch.
  let slots: [BatchSlots]
  let isPaced: Bool
  let ending: RunEnding
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the batches are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    var (state, siblings) = (state, siblings)
    var done = 0
    while true {
      if isPaced {
        guard await outlet.demand(beyond: done) else { return false }
      }
      guard let taken = await intake.next() else { break }
      if siblings == nil {
        guard let result = state.add(taken.element) else { continue }
        guard await outlet.put(result) else { return false }
        done += 1
      } else {
        let dropped = siblings?.droppedCount ?? 0
        let settled = siblings?.add(taken.element) ?? []
        if let now = siblings?.droppedCount, now > dropped {
          for slots in slots { slots.lose(now - dropped, of: taken.element) }
        }
        for element in settled {
          guard let result = state.add(element) else { continue }
          guard await outlet.put(result) else { return false }
          done += 1
        }
      }
    }
    // Only a stream that ends, a single pass, comes here with a batch begun; or a run that failed, which begins no step.
    if ending.isEarly { return false }
    for batch in state.finish() {
      guard await outlet.put(batch) else { return false }
    }
    return true
  }
}
