extension Wiring {
  mutating func wireFork(
    _ node: PlanNode, _ fork: ForkPlan, from entry: Channel<Envelope>, to output: Channel<Envelope>, at site: Site
  ) throws {
    let window = fork.window ?? fork.branches.map(\.elementsInside).max() ?? 1
    let bypass = channel(window)
    let entries = fork.branches.map { _ in channel(1) }
    start(
      meters(node.name, 1, behind: bypass, window), at: site.job, reading: [entry], writing: [bypass] + entries
    ) { meter in
      await SplitRunner(
        intake: Intake(channel: entry, meter: meter), bypass: Outlet(channel: bypass, turnstile: nil, meter: meter),
        branches: entries
      ).run()
    }
    var exits: [Channel<Envelope>] = []
    for (branch, entry) in zip(fork.branches, entries) {
      var inner = site
      inner.isInBranch = true
      if let exit = try wire(branch, from: entry, at: &inner) { exits.append(exit) }
    }
    let (failures, branchExits) = (failureRule(node, at: site), exits)
    start(
      meters(node.name + ".join", 1, behind: output, node.buffer), at: site.job, reading: [bypass] + exits,
      writing: [output]
    ) { meter in
      try await JoinRunner(
        failures: failures, join: fork.join, bypass: Intake(channel: bypass, meter: meter), branches: branchExits,
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
  }

  mutating func wireZip(
    _ node: PlanNode, _ zip: ZipPlan, to output: Channel<Envelope>, at site: inout Site
  ) throws {
    var exits: [Channel<Envelope>] = []
    var primaryStream = 0
    for (index, stream) in zip.streams.enumerated() {
      let before = sourceCount
      var inner = Site(bases: site.bases)
      if let exit = try wire(stream, from: nil, at: &inner) {
        exits.append(settle(exit, at: &inner, takesTurns: false))
      }
      for source in before..<sourceCount { site.bases[source] = inner.bases[source] }
      if (before..<sourceCount).contains(extent.primary) { primaryStream = index }
      site.isSingle = site.isSingle && inner.isSingle
    }
    let (inputs, chosen, state) = (exits, primaryStream, ZipState(parts: options.parts))
    let failures = failureRule(node, at: site)
    start(meters(node.name, 1, behind: output, node.buffer), at: .data, reading: exits, writing: [output]) { meter in
      try await ZipRunner(
        state: state, streams: inputs.map { Intake(channel: $0, meter: meter) }, primary: chosen, pair: zip.pair,
        failures: failures,
        outlet: Outlet(channel: output, turnstile: nil, meter: meter)
      ).run()
    }
  }
}
