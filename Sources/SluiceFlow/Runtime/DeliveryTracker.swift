/// What arrives at the end of a pipeline, as a pure state machine: position, failures, and whether to go on.
package struct DeliveryTracker {
  /// One source as the run sees it.
  package struct Stream {
    let name: String
    let count: Int
    /// How many outputs one sample has in the end.
    let outputs: Int

    package init(name: String, count: Int, outputs: Int = 1) {
      self.name = name
      self.count = count
      self.outputs = outputs
    }
  }

  package private(set) var position: StreamPosition
  package private(set) var delivered = 0
  /// The error to end with, once what has been delivered so far is taken.
  package private(set) var verdict: FlowError?

  private let streams: [Stream]
  private let extent: RunExtent
  private let maxFailures: Double?
  private var failed: [Set<Int>]

  /// - Parameter maxFailures: the share of a list's samples that may fail; `nil` for any.
  package init(streams: [Stream], extent: RunExtent, start: StreamPosition, maxFailures: Double?) {
    self.streams = streams
    self.extent = extent
    self.maxFailures = maxFailures
    position = start
    if position.sources.isEmpty {
      position.sources = streams.map { SourcePosition(name: $0.name, count: $0.count) }
    }
    failed = streams.map { stream in
      Set(start.failures.samples.lazy.filter { $0.source == stream.name }.map(\.sample))
    }
  }

  /// Whether everything asked for has been delivered.
  package var isComplete: Bool { extent.isComplete(at: position) }

  /// Whole epochs of the primary source that have been consumed.
  package var epoch: Int { extent.epoch(at: position) }

  /// Takes note of an arrival; returns whether it ended an epoch of the primary source.
  package mutating func absorb(_ envelope: Envelope) -> Bool {
    let epochBefore = epoch
    switch envelope.content {
    case .failed(let failure): note(failure, at: envelope.origin.source)
    case .element:
      position.step += 1
      delivered += 1
    }
    if envelope.members.isEmpty {
      consume(envelope.origin)
    } else {
      for origin in envelope.members { consume(origin) }
    }
    return epoch > epochBefore
  }

  private mutating func note(_ failure: SampleFailure, at source: Int) {
    let isFirst = failed[source].insert(failure.sample).inserted
    position.failures.add(failure, isFirst: isFirst)
    if failed[source].count == streams[source].count {
      verdict = verdict ?? .noUsableSample(position.failures, of: streams[source].count)
    }
  }

  private mutating func consume(_ origin: Origin) {
    let source = origin.source
    let epochBefore = position.sources[source].epoch
    position.sources[source].consume(origin, outputs: streams[source].outputs)
    if position.sources[source].epoch > epochBefore { judge(source) }
  }

  private mutating func judge(_ source: Int) {
    guard let maxFailures, verdict == nil else { return }
    let (count, failures) = (streams[source].count, failed[source].count)
    if Double(failures) > maxFailures * Double(count) {
      verdict = .tooManyFailures(failures, of: count, tolerated: maxFailures, position.failures)
    }
  }
}
