/// Stands where elements leave the declared nodes or enter a step: puts together what expansions made of one element.
struct SettleRunner: Sendable {
  let siblings: SiblingState
  /// Behind a ``Step``: takes an element only when an output is asked for.
  let isPaced: Bool
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the elements are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    var siblings = siblings
    var done = 0
    while true {
      if isPaced {
        guard await outlet.demand(beyond: done) else { return false }
      }
      guard let taken = await intake.next() else { return true }
      for envelope in siblings.add(taken.element) {
        guard await outlet.put(envelope) else { return false }
        done += 1
      }
    }
  }
}
