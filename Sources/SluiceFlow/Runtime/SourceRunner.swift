internal import SluicePlatform

/// One worker of a source: reads the samples it is given out.
struct SourceRunner: Sendable {
  let name: String
  let number: Int
  let source: any SourceBoxing
  let count: Int
  let seed: UInt64
  let feed: Lock<FeedState>
  let failures: FailureRule
  let outlet: Outlet

  /// Returns whether the samples are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    while let place = feed.withLock({ $0.next() }) {
      let origin = Origin(
        source: number, ordinal: place.ordinal, progress: Double(place.ordinal) / Double(count),
        epoch: place.epoch, sample: place.sample, identity: source.name(of: place.sample))
      let envelope = read(origin)
      if let isWanted = outlet.offer(envelope, turn: place.turn) {
        guard isWanted else { return false }
      } else {
        guard await outlet.wait(with: envelope, turn: place.turn) else { return false }
      }
    }
    return true
  }

  private func read(_ origin: Origin) -> Envelope {
    let context = ElementContext(
      seed: seed, epoch: origin.epoch, sample: origin.sample, identity: origin.identity, stage: name,
      epochProgress: origin.progress)
    do {
      return Envelope(.element(try source.element(at: origin.sample, context: context)), from: origin)
    } catch {
      return failures.trace(of: origin, error, outlet.meter)
    }
  }
}
