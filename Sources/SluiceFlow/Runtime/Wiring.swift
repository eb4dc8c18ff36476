internal import SluicePlatform

/// Turns a declared plan into channels and the tasks between them.
struct Wiring {
  /// The body of one worker.
  struct Job: Sendable {
    enum Site: Sendable {
      case data
      case step
    }
    let site: Site
    let run: @Sendable () async throws -> Void
  }

  private(set) var jobs: [Job] = []
  private(set) var probes: [NodeProbe] = []
  private(set) var streams: [DeliveryTracker.Stream] = []
  private(set) var feeds: [Lock<FeedState>] = []
  /// How many sources have been wired.
  var sourceCount = 0
  /// The channels into steps: closed to stop after the step in progress.
  var gates: [Channel<Envelope>] = []
  var doors: [StepDoor] = []
  private(set) var channels: [Channel<Envelope>] = []
  private(set) var turnstiles: [Turnstile] = []

  let options: RunOptions
  let extent: RunExtent
  let sourceNames: [String]
  let delivered: DeliveredOutputs
  let ending = RunEnding()

  /// Where in the graph the next node stands.
  struct Site {
    /// One sample in one element, so a failure costs only that.
    var isSingle = true
    var isInStep = false
    var isBehindStep = false
    var isInBranch = false
    /// Behind a step that makes one output of all own parts of a batch.
    var isWholeStep = false
    /// Outputs that expansions make of one element, since they were put together last.
    var width = 1
    /// For each source, outputs of a sample where they were put together last.
    var bases: [Int]

    var job: Job.Site { isInStep || isBehindStep ? .step : .data }
    var policy: FailurePolicy { isSingle ? .drop : .stop }
  }

  init(plan: PipelinePlan, options: RunOptions) throws {
    try plan.check()
    try options.check()
    self.options = options
    let sources = plan.sources
    sourceNames = sources.map(\.name)
    extent = RunExtent(plan: plan, options: options)
    let ratios = plan.samplesPerElement
    delivered = DeliveredOutputs(options.start?.sources ?? [], counts: ratios.map(\.repeated))
    if options.isSinglePass, sources.allSatisfy(\.order.isRepeated) {
      throw FlowError(
        .endless,
        "\(sourceNames.joined(separator: ", ")): repeated, so the run would never end. Say how many epochs or steps.")
    }
    let hasBatch = plan.allNodes.contains { if case .batch = $0.kind { true } else { false } }
    for (number, node) in sources.enumerated() {
      let count = node.sampleCount
      guard count > 0 else { throw FlowError.empty(node.name) }
      guard count <= UInt32.max else {
        throw FlowError(.badSetting, "\(node.name): the list has \(count) samples, at most \(UInt32.max) are wanted.")
      }
      let stream = DeliveryTracker.Stream(name: node.name, count: count, outputs: ratios[number].repeated)
      streams.append(stream)
      let position = try options.start?.position(of: stream, number: number, parts: options.parts)
      let limit = number == extent.primary ? options.limit(count, hasBatch: hasBatch) : nil
      feeds.append(
        Lock(
          FeedState(
            count: count, seed: options.seed, order: node.order, from: position, limit: limit, parts: options.parts,
            ratio: ratios[number])))
    }
  }

  /// Wires the whole plan; returns the channel that carries its outputs.
  mutating func wire(_ plan: PipelinePlan) throws -> Channel<Envelope> {
    var site = Site(bases: [Int](repeating: 1, count: sourceNames.count))
    // A pipeline whose first part takes something does not compile.
    guard let exit = try wire(plan, from: nil, at: &site) else { preconditionFailure("a pipeline without parts") }
    return settle(exit, at: &site)
  }

  /// What a node at `site` does with elements it fails on.
  func failureRule(_ node: PlanNode, at site: Site) -> FailureRule {
    // Outputs of one element that fail by themselves are replaced once, where they are put together.
    FailureRule(
      stage: node.name, sourceNames: sourceNames, policy: node.failurePolicy ?? site.policy,
      replacement: site.width == 1 ? replacement : nil)
  }

  /// Gets samples in place of failed ones for the same part; `nil` if batches are not divided.
  private var replacement: Replacement? { options.parts.count == 1 ? nil : Replacement(feeds: feeds) }

  mutating func wire(
    _ plan: PipelinePlan, from entry: Channel<Envelope>?, at site: inout Site
  ) throws -> Channel<Envelope>? {
    var current = entry
    // Of the stages before the next batch, in order.
    var chain: [BatchSlots] = []
    for (index, node) in plan.nodes.enumerated() {
      if let size = plan.batchSize(ahead: index) {
        chain.append(BatchSlots(size: size, parts: options.parts))
      } else if !node.isBatch {
        chain = []
      }
      let isNumbered = plan.batchSize(ahead: index + 1) != nil
      current = try wire(
        node, from: current, at: &site, slots: chain,
        numbering: isNumbered ? BatchSlots.numbering(options.parts) : nil)
      if node.isBatch { chain = [] }
    }
    return current
  }

  private mutating func wire(
    _ node: PlanNode, from entry: Channel<Envelope>?, at site: inout Site, slots: [BatchSlots],
    numbering: ElementNumbering<Envelope>?
  ) throws -> Channel<Envelope> {
    if case .step(let plan) = node.kind, let entry { return try wireStep(node, plan, from: entry, at: &site) }
    let output = channel(node.buffer, numbering)
    switch (node.kind, entry) {
    case (.source(let source), _): wireSource(node, source, to: output)
    case (.zip(let zip), _): try wireZip(node, zip, to: output, at: &site)
    case (.stage(let stage), let entry?): wireStage(node, stage, from: entry, to: output, at: site, slots)
    case (.expansion(let expansion), let entry?): wireExpansion(node, expansion, from: entry, to: output, at: &site)
    case (.batch(let size, let collect), let entry?):
      wireBatch(node, size: size, collect, from: entry, to: output, at: &site, slots)
    case (.fork(let fork), let entry?): try wireFork(node, fork, from: entry, to: output, at: site)
    case (_, _): preconditionFailure("\(node.name): nothing comes in")  // as above: such a pipeline does not compile
    }
    return output
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
    _ meters: [Meter], at job: Job.Site, reading inputs: [Channel<Envelope>], writing outputs: [Channel<Envelope>],
    turnstile: Turnstile? = nil, _ loop: @escaping @Sendable (Meter) async throws -> Bool
  ) {
    let crew = Crew(
      workers: meters.count, ending: ending,
      dismiss: {
        for input in inputs { input.close() }
        turnstile?.close()
      },
      close: {
        for output in outputs { output.finish() }
        for input in inputs { input.close() }
      })
    for meter in meters {
      jobs.append(Job(site: job) { try await crew.work(meter) { try await loop(meter) } })
    }
  }

  mutating func turnstile(for workers: Int, isOrdered: Bool) -> Turnstile? {
    guard workers > 1, isOrdered else { return nil }
    let turnstile = Turnstile()
    turnstiles.append(turnstile)
    return turnstile
  }

  /// What puts the outputs of expansions together again here; `nil` if there are none.
  mutating func siblings(at site: inout Site) -> SiblingState? {
    guard site.width > 1 else { return nil }
    let state = SiblingState(
      width: site.width, bases: site.bases, delivered: delivered, replacement: replacement)
    for source in site.bases.indices { site.bases[source] *= site.width }
    site.width = 1
    return state
  }

  /// The channel behind what puts the outputs of expansions together again, and the parts of a batch in turn; `exit`
  /// itself if there are none.
  mutating func settle(
    _ exit: Channel<Envelope>, at site: inout Site, takesTurns: Bool = true
  ) -> Channel<Envelope> {
    let siblings = siblings(at: &site)
    let turns =
      takesTurns && !site.isWholeStep && options.parts.own.count > 1
      ? TurnState(parts: options.parts, first: firstTurn) : nil
    guard siblings != nil || turns != nil else { return exit }
    let output = channel(1)
    let isPaced = site.isBehindStep
    // Not a node that was declared, so nobody asks what it does.
    start([Meter(clock: options.clock)], at: site.job, reading: [exit], writing: [output]) { meter in
      await SettleRunner(
        siblings: siblings, turns: turns, isPaced: isPaced, intake: Intake(channel: exit, meter: meter),
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    return output
  }

  /// The number among the own parts of that which comes first.
  private var firstTurn: Int {
    options.start?.nextPart.map { $0 - options.parts.own.lowerBound } ?? 0
  }
}

extension RunOptions {
  /// Where the primary stream ends.
  ///
  /// With batches or parts and `epochs` it goes on, so that the last batch is full; the end is then found where outputs
  /// are delivered.
  fileprivate func limit(_ count: Int, hasBatch: Bool) -> Int? {
    if isSinglePass { return count }
    if hasBatch || steps != nil || parts.count > 1 { return nil }
    return epochs.map { product($0, count) }
  }
}

extension PlanNode {
  /// Whether it gathers elements into batches.
  var isBatch: Bool { if case .batch = kind { true } else { false } }
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
