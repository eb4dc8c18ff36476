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
    while let position = feed.withLock({ $0.next() }) {
      let origin = Origin(
        source: number, ordinal: position.ordinal, progress: Double(position.ordinal) / Double(count),
        epoch: position.epoch, sample: position.sample, identity: source.name(of: position.sample))
      let envelope = read(origin)
      if let isWanted = outlet.offer(envelope, turn: position.turn) {
        guard isWanted else { return false }
      } else {
        guard await outlet.wait(with: envelope, turn: position.turn) else { return false }
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
