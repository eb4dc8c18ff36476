internal import SluicePlatform

/// What a node does with an element it failed on.
struct FailureRule: Sendable {
  let stage: String
  let sourceNames: [String]
  let policy: FailurePolicy
  /// Gets another sample in place of the one that failed; `nil` where that is done later.
  let replacement: Replacement?

  /// The trace of an element, counted, if the policy is to go on without it.
  /// - Throws: ``FlowError`` `.stageFailed` if it is to end the run.
  func drop(_ envelope: Envelope, _ error: any Error, _ meter: Meter) throws -> Envelope {
    guard policy == .drop else {
      meter.countFailure()
      throw FlowError.stageFailed(stage, identity: envelope.identity, error)
    }
    return envelope.with(trace(of: envelope.origin, members: envelope.members, error, meter).content)
  }

  /// The trace of samples that failed, counted.
  func trace(of origin: Origin, members: [Origin] = [], _ error: any Error, _ meter: Meter) -> Envelope {
    meter.countFailure()
    let failure = SampleFailure(origin, source: sourceNames[origin.source], stage: stage, error)
    var envelope = Envelope(.failed(failure), from: origin)
    envelope.members = members
    replacement?.replace(envelope)
    return envelope
  }
}

/// Gets samples in place of those that failed, for the same part of a divided batch, so that it need not wait for its turn.
struct Replacement: Sendable {
  let feeds: [Lock<FeedState>]

  func replace(_ envelope: Envelope) {
    for origin in envelope.samples { feeds[origin.source].withLock { $0.replace(origin.ordinal) } }
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

extension Envelope {
  /// What messages call the element: its sample, or its first ones.
  var identity: String {
    guard members.count > 1 else { return origin.identity }
    let first = members.prefix(16).map(\.identity).joined(separator: ", ")
    return members.count > 16 ? "batch of \(members.count): \(first), …" : "batch: \(first)"
  }
}
