/// Where an element comes from; invisible to stages.
struct Origin: Sendable, Equatable {
  /// The source's number in the run.
  var source = 0
  /// The place in the source's stream over all epochs.
  var ordinal: Int
  /// `ordinal` in epochs, with the fraction.
  var progress: Double
  var epoch: Int
  /// The number in the source's list.
  var sample: Int
  var identity: String
}

/// What a channel carries: an element, or the trace of one that failed.
struct Envelope: Sendable {
  enum Content: Sendable {
    case element(any Sendable)
    /// Takes the place of a sample that failed, so that order and counts hold for any number of workers.
    indirect case failed(SampleFailure)
  }

  var content: Content
  let origin: Origin
  /// All samples inside, if they are more than the one of `origin`.
  var members: [Origin] = []
  /// The step's number, inside and behind a ``Step``.
  var step: Int?

  init(_ content: Content, from origin: Origin) {
    self.content = content
    self.origin = origin
  }

  /// The samples inside.
  var samples: [Origin] { members.isEmpty ? [origin] : members }

  func with(_ content: Content) -> Envelope {
    var copy = self
    copy.content = content
    return copy
  }

  func context(seed: UInt64, stage: String, length: RunLength) -> ElementContext {
    ElementContext(
      seed: seed, epoch: origin.epoch, sample: origin.sample, identity: origin.identity, stage: stage, step: step,
      epochProgress: origin.progress, length: length)
  }
}
