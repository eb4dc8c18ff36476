/// Makes one output of several elements of a step.
///
/// An element that only adds to an output leaves a trace behind, so that each element let into the step is answered, and
/// the next one is let in. The samples of all of them are in the output.
struct GatherRunner: Sendable {
  let stage: any GatheringBoxing
  let key: StageKey
  let failures: FailureRule
  let consumed: ConsumedSamples
  let ending: RunEnding
  let intake: Intake
  let outlet: Outlet

  private struct Pending {
    var envelope: Envelope
    var context: ElementContext
  }

  /// Returns whether the outputs are still wanted.
  nonisolated(nonsending) func run() async throws -> Bool {
    let gatherer = stage.makeGatherer()
    var consumed = consumed
    var pending: Pending?
    while let taken = await intake.next() {
      var envelope = taken.element
      consumed.add(envelope)
      if case .element(let input) = envelope.content {
        let context = envelope.context(of: key)
        var now = pending ?? Pending(envelope: envelope, context: context)
        now.context = context
        do { try gatherer.add(input, now.context) } catch {
          if Task.isCancelled { return true }
          envelope = try failures.drop(envelope, error, outlet.meter)
        }
        if case .element = envelope.content {
          if pending != nil { now.envelope.add(envelope) }
          pending = now
          envelope.content = .gathered
        }
      }
      guard let full = pending, envelope.endsStep || consumed.isComplete else {
        guard await outlet.put(envelope) else { return false }
        continue
      }
      pending = nil
      // What failed comes first: behind the last output of a run nothing is taken any more.
      if case .failed = envelope.content {
        guard await outlet.put(envelope) else { return false }
      }
      guard let output = try output(of: full, gatherer) else { return true }
      guard await outlet.put(output) else { return false }
    }
    // A single pass has ended. A run that failed or was aborted applies nothing.
    guard let rest = pending, !ending.isEarly, let output = try output(of: rest, gatherer) else { return true }
    return await outlet.put(output)
  }

  /// The output of all that was added; `nil` if the run is being ended.
  private func output(of pending: Pending, _ gatherer: any Gatherer) throws -> Envelope? {
    do {
      var envelope = pending.envelope
      envelope.content = .element(try gatherer.output(pending.context))
      (envelope.isWholeStep, envelope.endsStep) = (true, true)
      return envelope
    } catch {
      if Task.isCancelled { return nil }
      return try failures.drop(pending.envelope, error, outlet.meter)
    }
  }
}

/// The samples that have come to a node of a step, to know whether the run ends with them.
struct ConsumedSamples: Sendable {
  private var position: StreamPosition
  private let streams: [DeliveryTracker.Stream]
  private let extent: RunExtent

  init(from start: StreamPosition?, streams: [DeliveryTracker.Stream], extent: RunExtent, parts: BatchParts) {
    position = start ?? StreamPosition(seed: 0)
    if position.sources.isEmpty { position.sources = streams.map { $0.start(parts: parts) } }
    self.streams = streams
    self.extent = extent
  }

  mutating func add(_ envelope: Envelope) {
    if case .gathered = envelope.content { return }
    for origin in envelope.samples {
      position.sources[origin.source].consume(origin, outputs: streams[origin.source].outputs)
    }
  }

  var isComplete: Bool { extent.isComplete(at: position) }
}

extension Envelope {
  /// Adds the samples of another one behind its own.
  fileprivate mutating func add(_ other: Envelope) {
    members = samples + other.samples
  }
}
