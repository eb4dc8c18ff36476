/// What arrives at the end of a pipeline, as a pure state machine: position, failures, and whether to go on.
package struct DeliveryTracker {
  /// One source as the run sees it.
  package struct Stream: Sendable {
    let name: String
    let count: Int
    /// How many outputs one sample has in the end.
    let outputs: Int

    package init(name: String, count: Int, outputs: Int = 1) {
      self.name = name
      self.count = count
      self.outputs = outputs
    }

    /// Where a new run begins.
    func start(parts: BatchParts) -> SourcePosition { SourcePosition(name: name, count: count, parts: parts.count) }
  }

  package private(set) var position: StreamPosition
  package private(set) var delivered = 0
  /// The error to end with, once what has been delivered so far is taken.
  package private(set) var verdict: FlowError?

  private let streams: [Stream]
  private let extent: RunExtent
  private let parts: BatchParts
  private let maxFailures: Double?
  private var failed: [Set<Int>]
  /// Of a divided batch, for each source and own part: failures since its last good sample.
  private var failedInARow: [[Int]]

  /// - Parameter maxFailures: the share of a list's samples that may fail; `nil` for any.
  package init(
    streams: [Stream], extent: RunExtent, start: StreamPosition, maxFailures: Double?, parts: BatchParts = BatchParts()
  ) {
    self.streams = streams
    self.extent = extent
    self.parts = parts
    self.maxFailures = maxFailures
    position = start.entered(by: parts)
    if position.sources.isEmpty { position.sources = streams.map { $0.start(parts: parts) } }
    failed = streams.map { stream in
      Set(start.failures.outstanding.lazy.filter { $0.source == stream.name }.map(\.sample))
    }
    failedInARow = streams.map { _ in [Int](repeating: 0, count: parts.own.count) }
  }

  /// Whether everything asked for has been delivered.
  package var isComplete: Bool { extent.isComplete(at: position) }

  /// Whole epochs that are done.
  package var epoch: Int { extent.epoch(at: position) }

  /// Takes note of an arrival; returns whether it ended an epoch.
  package mutating func absorb(_ envelope: Envelope) -> Bool {
    let epochBefore = epoch
    switch envelope.content {
    // Its samples are in the output that it adds to.
    case .gathered: return false
    case .failed(let failure): note(failure, envelope.origin)
    case .element where envelope.isWholeStep:
      position.step += 1
      delivered += 1
    case .element:
      position.deliver(parts.count == 1 ? 0 : envelope.origin.ordinal % parts.count, of: parts)
      delivered += 1
    }
    if envelope.members.isEmpty {
      consume(envelope.origin, isGood: envelope.isGood)
    } else {
      for origin in envelope.members { consume(origin, isGood: envelope.isGood) }
    }
    let endsEpoch = epoch > epochBefore
    // A process that makes some parts does not know the failures of the others.
    if endsEpoch, parts.count > 1, parts.isWhole {
      verdict = verdict ?? position.verdict(tolerating: maxFailures)
    }
    return endsEpoch
  }

  private mutating func note(_ failure: SampleFailure, _ origin: Origin) {
    let source = origin.source
    let isFirst = failed[source].insert(failure.sample).inserted
    position.failures.add(failure, isFirst: isFirst)
    if failed[source].count == streams[source].count {
      verdict = verdict ?? .noUsableSample(position.failures, of: streams[source].count)
    }
  }

  private mutating func consume(_ origin: Origin, isGood: Bool) {
    let source = origin.source
    if isGood, failed[source].remove(origin.sample) != nil {
      position.failures.repair(source: streams[source].name, sample: origin.sample)
    }
    let epochBefore = position.sources[source].epoch
    position.sources[source].consume(origin, outputs: streams[source].outputs)
    guard parts.count == 1 else { return checkPart(of: origin, isGood: isGood) }
    if position.sources[source].epoch > epochBefore { checkFailures(source) }
  }

  private mutating func checkFailures(_ source: Int) {
    guard let maxFailures, verdict == nil else { return }
    let (count, failures) = (streams[source].count, failed[source].count)
    if Double(failures) > maxFailures * Double(count) {
      verdict = .tooManyFailures(failures, of: count, tolerated: maxFailures, position.failures)
    }
  }

  /// A part that never finds a good sample would be filled forever: as many failures in a row as the list has samples are
  /// all that it can get of a list in its own order, and hopeless in any other.
  private mutating func checkPart(of origin: Origin, isGood: Bool) {
    let (source, part) = (origin.source, parts.ownIndex(of: origin.ordinal))
    failedInARow[source][part] = isGood ? 0 : failedInARow[source][part] + 1
    guard failedInARow[source][part] >= streams[source].count else { return }
    verdict =
      verdict
      ?? .noUsableSample(
        ofPart: parts.own.lowerBound + part, of: parts.count, failedInARow[source][part], position.failures)
  }
}

extension Envelope {
  fileprivate var isGood: Bool { if case .element = content { true } else { false } }
}
