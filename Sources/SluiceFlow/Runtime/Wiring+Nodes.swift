internal import SluicePlatform

extension Wiring {
  mutating func wireSource(_ node: PlanNode, _ source: any SourceBoxing, to output: Channel<Envelope>) {
    let number = sourceCount
    sourceCount += 1
    let (feed, count) = (feeds[number], streams[number].count)
    let failures = failureRule(node, at: Site(bases: []))
    let turnstile = turnstile(for: node.workers, isOrdered: true)
    let seed = options.seed
    start(
      meters(node.name, node.workers, behind: output, node.buffer), at: .data, reading: [], writing: [output],
      turnstile: turnstile
    ) { meter in
      await SourceRunner(
        name: node.name, number: number, source: source, count: count, seed: seed, feed: feed,
        failures: failures, outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
  }

  mutating func wireStage(
    _ node: PlanNode, _ stage: any StageBoxing, from entry: Channel<Envelope>, to output: Channel<Envelope>,
    at site: Site, _ slots: [BatchSlots]
  ) {
    if let gathering = node.gathering, site.isInStep, !site.isInBranch {
      return wireGathering(node, gathering, from: entry, to: output, at: site)
    }
    let workers = site.job == .step ? 1 : node.workers
    let turnstile = turnstile(for: workers, isOrdered: node.isOrdered || site.isInBranch)
    let (key, failures) = (StageKey(node, options, length: extent.length), failureRule(node, at: site))
    start(
      meters(node.name, workers, behind: output, node.buffer), at: site.job, reading: [entry], writing: [output],
      turnstile: turnstile
    ) { meter in
      try await StageRunner(
        stage: stage, key: key, failures: failures, slots: slots, isPaced: site.isBehindStep,
        intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
  }

  private mutating func wireGathering(
    _ node: PlanNode, _ stage: any GatheringBoxing, from entry: Channel<Envelope>, to output: Channel<Envelope>,
    at site: Site
  ) {
    let consumed = ConsumedSamples(from: options.start, streams: streams, extent: extent, parts: options.parts)
    let (key, failures) = (StageKey(node, options, length: extent.length), failureRule(node, at: site))
    let ending = ending
    start(
      meters(node.name, 1, behind: output, node.buffer), at: site.job, reading: [entry], writing: [output]
    ) { meter in
      try await GatherRunner(
        stage: stage, key: key, failures: failures, consumed: consumed, ending: ending,
        intake: Intake(channel: entry, meter: meter), outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
  }

  mutating func wireExpansion(
    _ node: PlanNode, _ expansion: any ExpansionBoxing, from entry: Channel<Envelope>, to output: Channel<Envelope>,
    at site: inout Site
  ) {
    let (isPaced, delivered) = (site.isBehindStep, delivered)
    let workers = site.job == .step ? 1 : node.workers
    let turnstile = turnstile(for: workers, isOrdered: true)
    let (key, failures) = (StageKey(node, options, length: extent.length), failureRule(node, at: site))
    start(
      meters(node.name, workers, behind: output, node.buffer), at: site.job, reading: [entry], writing: [output],
      turnstile: turnstile
    ) { meter in
      try await ExpansionRunner(
        expansion: expansion, key: key, failures: failures, delivered: delivered, isPaced: isPaced,
        intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: turnstile, meter: meter)
      ).run()
    }
    site.width *= expansion.count
  }

  mutating func wireBatch(
    _ node: PlanNode, size: Int, _ collect: @escaping @Sendable ([any Sendable]) -> any Sendable,
    from entry: Channel<Envelope>, to output: Channel<Envelope>, at site: inout Site, _ slots: [BatchSlots]
  ) {
    let (isPaced, parts, ending) = (site.isBehindStep, options.parts, ending)
    let siblings = siblings(at: &site)
    start(meters(node.name, 1, behind: output, node.buffer), at: site.job, reading: [entry], writing: [output]) {
      meter in
      await BatchRunner(
        state: BatchState(size: size, parts: parts, collect: collect), siblings: siblings, slots: slots,
        isPaced: isPaced, ending: ending, intake: Intake(channel: entry, meter: meter),
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
    site.isSingle = false
  }

  mutating func wireStep(
    _ node: PlanNode, _ plan: PipelinePlan, from entry: Channel<Envelope>, at site: inout Site
  ) throws -> Channel<Envelope> {
    let entry = settle(entry, at: &site)
    gates.append(entry)
    let door = channel(1)
    let gateMeters = meters(node.name, 1, behind: door, 1)
    var inner = site
    inner.isInStep = true
    inner.isSingle = false
    guard let exit = try wire(plan, from: door, at: &inner) else { return entry }
    let (firstStep, extent, parts, gathering) = (options.start?.step ?? 0, extent, options.parts, plan.gathering)
    let stepDoor = StepDoor()
    doors.append(stepDoor)
    start(gateMeters, at: .step, reading: [entry], writing: [door]) { meter in
      try await StepRunner(
        firstStep: firstStep, extent: extent, parts: parts, gathering: gathering, door: stepDoor,
        intake: Intake(channel: entry, meter: meter), outlet: Outlet(channel: door, turnstile: nil, meter: meter),
        exit: exit
      ).run()
    }
    site.isWholeStep = site.isWholeStep || gathering != nil
    site.isBehindStep = true
    site.isSingle = false
    return exit
  }
}
