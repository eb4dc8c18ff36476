/// Stands where elements leave the declared nodes or enter a step: puts together what expansions made of one element, and
/// the parts of a divided batch in order.
struct SettleRunner: Sendable {
  let siblings: SiblingState?
  let turns: TurnState?
  /// Behind a ``Step``: takes an element only when an output is asked for.
  let isPaced: Bool
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the elements are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    var (siblings, turns) = (siblings, turns)
    var done = 0
    while true {
      if isPaced {
        guard await outlet.demand(beyond: done) else { return false }
      }
      guard let taken = await intake.next() else { break }
      let settled = siblings?.add(taken.element) ?? [taken.element]
      for envelope in settled.flatMap({ turns?.add($0) ?? [$0] }) {
        guard await outlet.put(envelope) else { return false }
        done += 1
      }
    }
    for envelope in turns?.finish() ?? [] {
      guard await outlet.put(envelope) else { return false }
    }
    return true
  }
}
