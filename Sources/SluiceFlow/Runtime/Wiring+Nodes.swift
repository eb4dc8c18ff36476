internal import SluicePlatform

extension Wiring {
  mutating func wireSource(_ node: PlanNode, _ source: any SourceBoxing, to output: Channel<Envelope>) throws {
    let number = streams.count
    let count = source.count
    guard count > 0 else { throw FlowError.empty(node.name) }
    guard count <= UInt32.max else {
      throw FlowError(.badSetting, "\(node.name): the list has \(count) samples, at most \(UInt32.max) are wanted.")
    }
    let stream = DeliveryTracker.Stream(name: node.name, count: count, outputs: outputCounts[number])
    let position = try options.start?.position(of: stream, number: number)
    streams.append(stream)
    let feed = Lock(
      FeedState(
        count: count, seed: options.seed, order: node.order, from: position,
        limit: number == extent.primary ? limit(count) : nil))
    feeds.append(feed)
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
  }

  mutating func wireStage(
    _ node: PlanNode, _ stage: any StageBoxing, from entry: Channel<Envelope>, to output: Channel<Envelope>,
    at place: Place, _ slots: BatchSlots?
  ) {
    let workers = place.job == .step ? 1 : node.workers
    let turnstile = turnstile(for: workers, isOrdered: node.isOrdered || place.isInBranch)
    let (key, sourceNames) = (StageKey(node, seed: options.seed, length: extent.length), sourceNames)
    start(
      meters(node.name, workers, behind: output, node.buffer), at: place.job, reading: [entry], writing: [output],
      turnstile: turnstile
    ) { meter in
      try await StageRunner(
        stage: stage, key: key, sourceNames: sourceNames, policy: node.failurePolicy ?? place.policy, slots: slots,
        isPaced: place.isBehindStep, intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
  }

  mutating func wireExpansion(
    _ node: PlanNode, _ expansion: any ExpansionBoxing, from entry: Channel<Envelope>, to output: Channel<Envelope>,
    at place: inout Place
  ) {
    let (here, delivered) = (place, delivered)
    let workers = place.job == .step ? 1 : node.workers
    let turnstile = turnstile(for: workers, isOrdered: true)
    let (key, sourceNames) = (StageKey(node, seed: options.seed, length: extent.length), sourceNames)
    start(
      meters(node.name, workers, behind: output, node.buffer), at: place.job, reading: [entry], writing: [output],
      turnstile: turnstile
    ) { meter in
      try await ExpansionRunner(
        expansion: expansion, key: key, sourceNames: sourceNames, policy: node.failurePolicy ?? here.policy,
        delivered: delivered, isPaced: here.isBehindStep, intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
    place.width *= expansion.count
  }

  mutating func wireBatch(
    _ node: PlanNode, size: Int, _ collect: @escaping @Sendable ([any Sendable]) -> any Sendable,
    from entry: Channel<Envelope>, to output: Channel<Envelope>, at place: inout Place
  ) {
    let isPaced = place.isBehindStep
    let siblings = siblings(at: &place)
    start(meters(node.name, 1, behind: output, node.buffer), at: place.job, reading: [entry], writing: [output]) {
      meter in
      await BatchRunner(
        state: BatchState(size: size, parts: BatchParts(), collect: collect), siblings: siblings, isPaced: isPaced,
        intake: Intake(channel: entry, meter: meter), outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    place.isSingle = false
  }

  mutating func wireStep(
    _ node: PlanNode, _ plan: PipelinePlan, from entry: Channel<Envelope>, at place: inout Place
  ) throws -> Channel<Envelope> {
    let entry = settle(entry, at: &place)
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

extension StreamPosition {
  /// The position of one source, checked to belong to the same list.
  func position(of stream: DeliveryTracker.Stream, number: Int) throws -> SourcePosition? {
    guard !sources.isEmpty else { return nil }
    guard sources.indices.contains(number), sources[number].name == stream.name else {
      let known = sources.map(\.name).joined(separator: ", ")
      throw FlowError(
        .positionMismatch,
        "\(stream.name): the position to go on from has the sources \(known). Go on with the same pipeline.",
        stage: stream.name)
    }
    guard sources[number].count == stream.count else {
      throw FlowError(
        .positionMismatch,
        """
        \(stream.name): the list has \(stream.count) samples, the position to go on from belongs to one of \
        \(sources[number].count). Go on with the same list.
        """, stage: stream.name)
    }
    if let sample = sources[number].unfinished.first(where: { $0.count != stream.outputs }) {
      throw FlowError(
        .positionMismatch,
        """
        \(stream.name): a sample gives \(stream.outputs) outputs, in the position to go on from \(sample.count). Go on \
        with the same expansions.
        """, stage: stream.name)
    }
    return sources[number]
  }
}
