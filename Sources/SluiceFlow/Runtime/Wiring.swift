internal import SluicePlatform

/// Turns a declared plan into channels and the tasks between them.
struct Wiring {
  /// The body of one worker.
  struct Job: Sendable {
    enum Place: Sendable {
      case data
      case step
    }
    let place: Place
    let run: @Sendable () async throws -> Void
  }

  private(set) var jobs: [Job] = []
  private(set) var probes: [NodeProbe] = []
  var streams: [DeliveryTracker.Stream] = []
  var feeds: [Lock<FeedState>] = []
  /// The channels into steps: closed to stop after the step in progress.
  var gates: [Channel<Envelope>] = []
  private(set) var channels: [Channel<Envelope>] = []
  private(set) var turnstiles: [Turnstile] = []

  let options: RunOptions
  let extent: RunExtent
  let sourceNames: [String]
  /// For each source, how many outputs one sample has in the end.
  let outputCounts: [Int]
  let delivered: DeliveredOutputs
  private let hasBatch: Bool

  /// Where in the graph the next node stands.
  struct Place {
    /// One sample in one element, so a failure costs only that.
    var isSingle = true
    var isInStep = false
    var isBehindStep = false
    var isInBranch = false
    /// Outputs that expansions make of one element, since they were put together last.
    var width = 1
    /// For each source, outputs of a sample where they were put together last.
    var bases: [Int]

    var job: Job.Place { isInStep || isBehindStep ? .step : .data }
    var policy: FailurePolicy { isSingle ? .drop : .stop }
  }

  init(plan: PipelinePlan, options: RunOptions) throws {
    try plan.check()
    try options.check()
    self.options = options
    let sources = plan.sources
    sourceNames = sources.map(\.name)
    extent = RunExtent(plan: plan, options: options)
    outputCounts = plan.samplesPerOutput.map(\.repeated)
    delivered = DeliveredOutputs(options.start?.sources ?? [], counts: outputCounts)
    if options.isSinglePass, sources.allSatisfy(\.order.isRepeated) {
      throw FlowError(
        .endless,
        "\(sourceNames.joined(separator: ", ")): repeated, so the run would never end. Say how many epochs or steps.")
    }
    hasBatch = plan.allNodes.contains { if case .batch = $0.kind { true } else { false } }
  }

  /// Wires the whole plan; returns the channel that carries its outputs.
  mutating func wire(_ plan: PipelinePlan) throws -> Channel<Envelope> {
    var place = Place(bases: [Int](repeating: 1, count: sourceNames.count))
    guard let exit = try wire(plan, from: nil, at: &place) else {
      throw FlowError(.emptySource, "the pipeline has no source")
    }
    return settle(exit, at: &place)
  }

  mutating func wire(
    _ plan: PipelinePlan, from entry: Channel<Envelope>?, at place: inout Place
  ) throws -> Channel<Envelope>? {
    var current = entry
    for (index, node) in plan.nodes.enumerated() {
      current = try wire(
        node, from: current, at: &place, slots: slots(ahead: index, in: plan),
        numbering: slots(ahead: index + 1, in: plan)?.numbering)
    }
    return current
  }

  private mutating func wire(
    _ node: PlanNode, from entry: Channel<Envelope>?, at place: inout Place, slots: BatchSlots?,
    numbering: ElementNumbering<Envelope>?
  ) throws -> Channel<Envelope> {
    if case .step(let plan) = node.kind, let entry { return try wireStep(node, plan, from: entry, at: &place) }
    let output = channel(node.buffer, numbering)
    switch (node.kind, entry) {
    case (.source(let source), _): try wireSource(node, source, to: output)
    case (.zip(let zip), _): try wireZip(node, zip, to: output, at: &place)
    case (.stage(let stage), let entry?): wireStage(node, stage, from: entry, to: output, at: place, slots)
    case (.expansion(let expansion), let entry?): wireExpansion(node, expansion, from: entry, to: output, at: &place)
    case (.batch(let size, let collect), let entry?):
      wireBatch(node, size: size, collect, from: entry, to: output, at: &place)
    case (.fork(let fork), let entry?): try wireFork(node, fork, from: entry, to: output, at: place)
    case (_, _): throw FlowError(.emptySource, "\(node.name): nothing comes in, the pipeline has no source")
    }
    return output
  }

  /// Where elements that come to a node stand in the next batch.
  private func slots(ahead index: Int, in plan: PipelinePlan) -> BatchSlots? {
    plan.batchSize(ahead: index).map { BatchSlots(size: $0, parts: BatchParts()) }
  }

  mutating func channel(_ capacity: Int, _ numbering: ElementNumbering<Envelope>? = nil) -> Channel<Envelope> {
    let channel = Channel<Envelope>(capacity: capacity, numbering: numbering)
    channels.append(channel)
    return channel
  }

  /// The meters of a node's workers, listed under its name.
  mutating func meters(
    _ name: String, _ workers: Int, behind output: Channel<Envelope>, _ capacity: Int
  )
    -> [Meter]
  {
    let meters = (0..<workers).map { number in
      Meter(clock: options.clock, track: options.trace?.track(workers > 1 ? "\(name) \(number + 1)" : name))
    }
    probes.append(NodeProbe(name: name, meters: meters, output: output, capacity: capacity))
    return meters
  }

  mutating func start(
    _ meters: [Meter], at job: Job.Place, reading inputs: [Channel<Envelope>], writing outputs: [Channel<Envelope>],
    turnstile: Turnstile? = nil, _ loop: @escaping @Sendable (Meter) async throws -> Bool
  ) {
    let crew = Crew(
      workers: meters.count,
      dismiss: {
        for input in inputs { input.close() }
        turnstile?.close()
      },
      close: {
        for output in outputs { output.finish() }
        for input in inputs { input.close() }
      })
    for meter in meters {
      jobs.append(Job(place: job) { try await crew.work(meter) { try await loop(meter) } })
    }
  }

  mutating func turnstile(for workers: Int, isOrdered: Bool) -> Turnstile? {
    guard workers > 1, isOrdered else { return nil }
    let turnstile = Turnstile()
    turnstiles.append(turnstile)
    return turnstile
  }

  /// What puts the outputs of expansions together again here; `nil` if there are none.
  mutating func siblings(at place: inout Place) -> SiblingState? {
    guard place.width > 1 else { return nil }
    let state = SiblingState(width: place.width, bases: place.bases, delivered: delivered)
    for source in place.bases.indices { place.bases[source] *= place.width }
    place.width = 1
    return state
  }

  /// The channel behind what puts the outputs of expansions together again; `exit` itself if there are none.
  mutating func settle(_ exit: Channel<Envelope>, at place: inout Place) -> Channel<Envelope> {
    guard let siblings = siblings(at: &place) else { return exit }
    let output = channel(1)
    let isPaced = place.isBehindStep
    // Not a node that was declared, so nobody asks what it does.
    start([Meter(clock: options.clock)], at: place.job, reading: [exit], writing: [output]) { meter in
      await SettleRunner(
        siblings: siblings, isPaced: isPaced, intake: Intake(channel: exit, meter: meter),
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    return output
  }

  /// Where the primary stream ends.
  ///
  /// With batches and `epochs` it goes on, so that the last batch is full; the end is
  /// then found where outputs are delivered.
  func limit(_ count: Int) -> Int? {
    if options.isSinglePass { return count }
    if hasBatch || options.steps != nil { return nil }
    return options.epochs.map { product($0, count) }
  }
}

extension PipelinePlan {
  /// The sources, in the order in which they are wired.
  var sources: [PlanNode] {
    allNodes.filter { if case .source = $0.kind { true } else { false } }
  }

  /// How many elements fit between the entry and the exit of this plan.
  var elementsInside: Int {
    nodes.reduce(1) { sum($0, $1.buffer, $1.workers, $1.inner.map(\.elementsInside).max() ?? 0) }
  }

  /// The size of the next batch at or behind a node that is a stage, if only stages are before it.
  func batchSize(ahead index: Int) -> Int? {
    guard index < nodes.count, case .stage = nodes[index].kind else { return nil }
    for node in nodes[index...] {
      switch node.kind {
      case .stage: continue
      case .batch(let size, _): return size
      case .source, .expansion, .fork, .zip, .step: return nil
      }
    }
    return nil
  }
}
