/// Where an element comes from; invisible to stages.
package struct Origin: Sendable, Equatable {
  /// The source's number in the run.
  package var source: Int
  /// The place in the source's stream over all epochs.
  package var ordinal: Int
  /// `ordinal` in epochs, with the fraction.
  package var progress: Double
  package var epoch: Int
  /// The number in the source's list.
  package var sample: Int
  package var identity: String

  package init(source: Int = 0, ordinal: Int, progress: Double, epoch: Int, sample: Int, identity: String) {
    self.source = source
    self.ordinal = ordinal
    self.progress = progress
    self.epoch = epoch
    self.sample = sample
    self.identity = identity
  }
}

/// What a channel carries: an element, or the trace of one that failed.
package struct Envelope: Sendable {
  package enum Content: Sendable {
    case element(any Sendable)
    /// Takes the place of a sample that failed, so that order and counts hold for any number of workers.
    indirect case failed(SampleFailure)
  }

  package var content: Content
  package let origin: Origin
  /// All samples inside, if they are more than the one of `origin`.
  package var members: [Origin] = []
  /// The step's number, inside and behind a ``Step``.
  package var step: Int?

  package init(_ content: Content, from origin: Origin) {
    self.content = content
    self.origin = origin
  }

  /// The samples inside.
  package var samples: [Origin] { members.isEmpty ? [origin] : members }

  package func with(_ content: Content) -> Envelope {
    var copy = self
    copy.content = content
    return copy
  }

  package func context(seed: UInt64, stage: String, randomName: String?, length: RunLength) -> ElementContext {
    ElementContext(
      seed: seed, epoch: origin.epoch, sample: origin.sample, identity: origin.identity, stage: stage, step: step,
      epochProgress: origin.progress, length: length, sampleCount: max(1, members.count), randomName: randomName)
  }
}
