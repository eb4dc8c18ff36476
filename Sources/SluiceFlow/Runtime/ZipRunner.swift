/// Takes two streams in pairs of their next good elements.
struct ZipRunner: Sendable {
  let state: ZipState
  let streams: [Intake]
  /// Which stream's samples key the randomness and count the epochs.
  let primary: Int
  let pair: @Sendable (any Sendable, any Sendable) throws -> any Sendable
  let failures: FailureRule
  let outlet: Outlet

  /// Returns whether the pairs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    var state = state
    while true {
      switch state.next() {
      case .read(let stream):
        if let taken = await streams[stream].next() {
          state.add(taken.element, from: stream)
        } else {
          state.end(of: stream)
        }
      case .pass(let trace):
        guard await outlet.put(trace) else { return false }
      case .pair(let first, let second):
        guard await outlet.put(try paired([first, second])) else { return false }
      case .end: return true
      }
    }
  }

  private func paired(_ sides: [Envelope]) throws -> Envelope {
    var origin = sides[primary].origin
    origin.identity = sides.map(\.origin.identity).joined(separator: " + ")
    var envelope = Envelope(sides[primary].content, from: origin)
    envelope.members = sides.flatMap(\.samples)
    guard case .element(let first) = sides[0].content, case .element(let second) = sides[1].content else {
      return envelope
    }
    do {
      return envelope.with(.element(try pair(first, second)))
    } catch {
      return try failures.drop(envelope, error, outlet.meter)
    }
  }
}
