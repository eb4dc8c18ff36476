/// Takes two streams in pairs of their next good elements.
struct ZipRunner: Sendable {
  let name: String
  let sourceNames: [String]
  let policy: FailurePolicy
  let streams: [Intake]
  /// Which stream's samples key the randomness and count the epochs.
  let primary: Int
  let pair: @Sendable (any Sendable, any Sendable) throws -> any Sendable
  let outlet: Outlet

  /// Returns whether the pairs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    while true {
      var parts: [(element: any Sendable, envelope: Envelope)] = []
      for stream in streams {
        switch await nextElement(of: stream) {
        case .element(let element, let envelope): parts.append((element, envelope))
        case .ended: return true
        case .unwanted: return false
        }
      }
      guard await outlet.put(try paired(parts)) else { return false }
    }
  }

  private enum Next {
    case element(any Sendable, Envelope)
    case ended
    case unwanted
  }

  /// The next good element; traces of failed ones pass on at once.
  private nonisolated(nonsending) func nextElement(of stream: Intake) async -> Next {
    while let taken = await stream.next() {
      if case .element(let element) = taken.element.content { return .element(element, taken.element) }
      guard await outlet.put(taken.element) else { return .unwanted }
    }
    return .ended
  }

  private func paired(_ parts: [(element: any Sendable, envelope: Envelope)]) throws -> Envelope {
    var origin = parts[primary].envelope.origin
    origin.identity = parts.map(\.envelope.origin.identity).joined(separator: " + ")
    var envelope = Envelope(.element(parts[0].element), from: origin)
    envelope.members = parts.flatMap(\.envelope.samples)
    do {
      return envelope.with(.element(try pair(parts[0].element, parts[1].element)))
    } catch {
      return envelope.with(
        .failed(try outlet.dropping(envelope, by: name, policy, source: sourceNames[origin.source], error)))
    }
  }
}
