internal import SluicePlatform

/// One worker of a source: reads the samples it is given out.
struct SourceRunner: Sendable {
  let name: String
  let number: Int
  let source: any SourceBoxing
  let count: Int
  let seed: UInt64
  let feed: Lock<FeedState>
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
      outlet.meter.countFailure()
      return Envelope(.failed(SampleFailure(origin, source: name, stage: name, error)), from: origin)
    }
  }
}

extension SampleFailure {
  init(_ origin: Origin, source: String, stage: String, _ error: any Error) {
    // Many errors begin with the file's name, which is the sample's identity already.
    let text = "\(error)"
    let prefix = origin.identity + ": "
    self.init(
      source: source, sample: origin.sample, identity: origin.identity, epoch: origin.epoch, stage: stage,
      reason: text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
  }
}
