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
  private(set) var streams: [DeliveryTracker.Stream] = []
  private(set) var feeds: [Lock<FeedState>] = []
  /// The channels into steps: closed to stop after the step in progress.
  private(set) var gates: [Channel<Envelope>] = []
  private(set) var channels: [Channel<Envelope>] = []
  private(set) var turnstiles: [Turnstile] = []

  private let options: RunOptions
  private let sourceNames: [String]
  let extent: RunExtent
  private let hasBatch: Bool

  /// Where in the graph the next node stands.
  private struct Place {
    /// One sample in one element, so a failure costs only that.
    var isSingle = true
    var isInStep = false
    var isBehindStep = false
    var isInBranch = false

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
    if options.isSinglePass, sources.allSatisfy(\.order.isRepeated) {
      throw FlowError(
        .endless,
        "\(sourceNames.joined(separator: ", ")): repeated, so the run would never end. Say how many epochs or steps.")
    }
    hasBatch = plan.allNodes.contains { if case .batch = $0.kind { true } else { false } }
  }

  /// Wires the whole plan; returns the channel that carries its outputs.
  mutating func wire(_ plan: PipelinePlan) throws -> Channel<Envelope> {
    var place = Place()
    guard let exit = try wire(plan, from: nil, at: &place) else {
      throw FlowError(.emptySource, "the pipeline has no source")
    }
    return exit
  }

  private mutating func wire(
    _ plan: PipelinePlan, from entry: Channel<Envelope>?, at place: inout Place
  ) throws -> Channel<Envelope>? {
    var current = entry
    for node in plan.nodes { current = try wire(node, from: current, at: &place) }
    return current
  }

  private mutating func wire(
    _ node: PlanNode, from entry: Channel<Envelope>?, at place: inout Place
  ) throws -> Channel<Envelope> {
    switch (node.kind, entry) {
    case (.source(let source), _): try wireSource(node, source)
    case (.zip(let zip), _): try wireZip(node, zip, at: &place)
    case (.stage(let stage), let entry?): wireStage(node, stage, from: entry, at: place)
    case (.batch(let size, let collect), let entry?):
      wireBatch(node, size: size, collect, from: entry, at: &place)
    case (.fork(let fork), let entry?): try wireFork(node, fork, from: entry, at: place)
    case (.step(let plan), let entry?): try wireStep(node, plan, from: entry, at: &place)
    case (_, nil): throw FlowError(.emptySource, "\(node.name): nothing comes in, the pipeline has no source")
    }
  }

  private mutating func channel(_ capacity: Int) -> Channel<Envelope> {
    let channel = Channel<Envelope>(capacity: capacity)
    channels.append(channel)
    return channel
  }

  /// The meters of a node's workers, listed under its name.
  private mutating func meters(
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

  private mutating func start(
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

  private mutating func turnstile(for workers: Int, isOrdered: Bool) -> Turnstile? {
    guard workers > 1, isOrdered else { return nil }
    let turnstile = Turnstile()
    turnstiles.append(turnstile)
    return turnstile
  }

  private mutating func wireSource(_ node: PlanNode, _ source: any SourceBoxing) throws -> Channel<Envelope> {
    let number = streams.count
    let count = source.count
    guard count > 0 else { throw FlowError.empty(node.name) }
    guard count <= UInt32.max else {
      throw FlowError(.badSetting, "\(node.name): the list has \(count) samples, at most \(UInt32.max) are wanted.")
    }
    streams.append(DeliveryTracker.Stream(name: node.name, count: count))
    let position = try options.start?.position(of: node.name, number: number, count: count)
    let feed = Lock(
      FeedState(
        count: count, seed: options.seed, order: node.order, from: position,
        limit: number == extent.primary ? limit(count) : nil))
    feeds.append(feed)
    let output = channel(node.buffer)
    let turnstile = turnstile(for: node.workers, isOrdered: true)
    let seed = options.seed
    start(
      meters(node.name, node.workers, behind: output, node.buffer), at: .data, reading: [], writing: [output],
      turnstile: turnstile
    ) { meter in
      await SourceRunner(
        name: node.name, number: number, source: source, count: count, seed: seed, feed: feed,
        outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
    return output
  }

  /// Where the primary stream ends.
  ///
  /// With batches and `epochs` it goes on, so that the last batch is full; the end is
  /// then found where outputs are delivered.
  private func limit(_ count: Int) -> Int? {
    if options.isSinglePass { return count }
    if hasBatch || options.steps != nil { return nil }
    return options.epochs.map { product($0, count) }
  }

  private mutating func wireStage(
    _ node: PlanNode, _ stage: any StageBoxing, from entry: Channel<Envelope>, at place: Place
  ) -> Channel<Envelope> {
    let output = channel(node.buffer)
    let workers = place.job == .step ? 1 : node.workers
    let turnstile = turnstile(for: workers, isOrdered: node.isOrdered || place.isInBranch)
    let (seed, length, sourceNames) = (options.seed, extent.length, sourceNames)
    start(
      meters(node.name, workers, behind: output, node.buffer), at: place.job, reading: [entry], writing: [output],
      turnstile: turnstile
    ) { meter in
      try await StageRunner(
        name: node.name, stage: stage, randomName: node.randomName, seed: seed, length: length,
        sourceNames: sourceNames,
        policy: node.failurePolicy ?? place.policy, isPaced: place.isBehindStep,
        intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
    return output
  }

  private mutating func wireBatch(
    _ node: PlanNode, size: Int, _ collect: @escaping @Sendable ([any Sendable]) -> any Sendable,
    from entry: Channel<Envelope>, at place: inout Place
  ) -> Channel<Envelope> {
    let output = channel(node.buffer)
    let isPaced = place.isBehindStep
    start(meters(node.name, 1, behind: output, node.buffer), at: place.job, reading: [entry], writing: [output]) {
      meter in
      await BatchRunner(
        size: size, collect: collect, isPaced: isPaced, intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    place.isSingle = false
    return output
  }

  private mutating func wireFork(
    _ node: PlanNode, _ fork: ForkPlan, from entry: Channel<Envelope>, at place: Place
  ) throws -> Channel<Envelope> {
    let window = fork.window ?? fork.branches.map(\.elementsInside).max() ?? 1
    let bypass = channel(window)
    let entries = fork.branches.map { _ in channel(1) }
    start(
      meters(node.name, 1, behind: bypass, window), at: place.job, reading: [entry], writing: [bypass] + entries
    ) { meter in
      await SplitRunner(
        intake: Intake(channel: entry, meter: meter), bypass: Outlet(channel: bypass, turnstile: nil, meter: meter),
        branches: entries
      ).run()
    }
    var exits: [Channel<Envelope>] = []
    for (branch, entry) in zip(fork.branches, entries) {
      var inner = place
      inner.isInBranch = true
      if let exit = try wire(branch, from: entry, at: &inner) { exits.append(exit) }
    }
    let output = channel(node.buffer)
    let (sourceNames, branchExits) = (sourceNames, exits)
    start(
      meters(node.name + ".join", 1, behind: output, node.buffer), at: place.job, reading: [bypass] + exits,
      writing: [output]
    ) { meter in
      try await JoinRunner(
        name: node.name, sourceNames: sourceNames, policy: node.failurePolicy ?? place.policy, join: fork.join,
        bypass: Intake(channel: bypass, meter: meter), branches: branchExits,
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    return output
  }

  private mutating func wireZip(_ node: PlanNode, _ zip: ZipPlan, at place: inout Place) throws -> Channel<Envelope> {
    var exits: [Channel<Envelope>] = []
    var primaryStream = 0
    for (index, stream) in zip.streams.enumerated() {
      let before = streams.count
      var inner = Place()
      if let exit = try wire(stream, from: nil, at: &inner) { exits.append(exit) }
      if (before..<streams.count).contains(extent.primary) { primaryStream = index }
      place.isSingle = place.isSingle && inner.isSingle
    }
    let output = channel(node.buffer)
    let (inputs, chosen, sourceNames, policy) = (exits, primaryStream, sourceNames, place.policy)
    start(meters(node.name, 1, behind: output, node.buffer), at: .data, reading: exits, writing: [output]) { meter in
      try await ZipRunner(
        name: node.name, sourceNames: sourceNames, policy: policy,
        streams: inputs.map { Intake(channel: $0, meter: meter) }, primary: chosen, pair: zip.pair,
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    return output
  }

  private mutating func wireStep(
    _ node: PlanNode, _ plan: PipelinePlan, from entry: Channel<Envelope>, at place: inout Place
  ) throws -> Channel<Envelope> {
    gates.append(entry)
    let door = channel(1)
    let gateMeters = meters(node.name, 1, behind: door, 1)
    var inner = place
    inner.isInStep = true
    inner.isSingle = false
    guard let exit = try wire(plan, from: door, at: &inner) else { return entry }
    let firstStep = options.start?.step ?? 0
    start(gateMeters, at: .step, reading: [entry], writing: [door]) { meter in
      await StepRunner(
        firstStep: firstStep, intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: door, turnstile: nil, meter: meter), exit: exit
      ).run()
    }
    place.isBehindStep = true
    place.isSingle = false
    return exit
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
}

extension StreamPosition {
  /// The position of one source, checked to belong to the same list.
  func position(of name: String, number: Int, count: Int) throws -> SourcePosition? {
    guard !sources.isEmpty else { return nil }
    guard sources.indices.contains(number), sources[number].name == name else {
      let known = sources.map(\.name).joined(separator: ", ")
      throw FlowError(
        .positionMismatch,
        "\(name): the position to go on from has the sources \(known). Go on with the same pipeline.",
        stage: name)
    }
    guard sources[number].count == count else {
      throw FlowError(
        .positionMismatch,
        """
        \(name): the list has \(count) samples, the position to go on from belongs to one of \(sources[number].count). \
        Go on with the same list.
        """, stage: name)
    }
    return sources[number]
  }
}
