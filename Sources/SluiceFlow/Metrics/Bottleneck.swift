internal import SluicePlatform

/// What limits a run, in words, and what to change.
public struct Bottleneck: Sendable, Equatable {
  /// What kind of limit it is.
  public enum Kind: Sendable, Equatable {
    /// A node works all the time, and others wait for it.
    case node
    /// Whoever takes the outputs works all the time.
    case consumer
    /// All threads are busy.
    case threads
    /// Neighbors wait for each other in turn, since little fits between them.
    case buffer
    /// Nothing stands out.
    case none
  }

  public let kind: Kind
  /// The node to look at, if it is one.
  public let node: String?
  /// One or two sentences for a person.
  public let sentence: String
}

extension RunMetrics {
  /// Names what limits the run.
  ///
  /// - Parameter graph: the graph of the pipeline that ran.
  public func bottleneck(in graph: GraphDescription) -> Bottleneck {
    let shares = nodes.map(Share.init)
    guard elapsed > 0, let busiest = shares.filter(\.works).max(by: { $0.busy < $1.busy }) else {
      return Bottleneck(kind: .none, node: nil, sentence: "Nothing has run yet.")
    }
    let consumer = 1 - Double(consumerWaiting) / Double(elapsed)
    if consumer > 0.7, consumer > busiest.busy { return slowConsumer(consumer) }
    if busiest.busy > 0.7 { return slow(busiest, in: graph, shares) }
    let used = nodes.reduce(0) { $0 + Double($1.busy) } / Double(elapsed)
    if used > 0.85 * Double(threads) { return busyThreads(shares) }
    if let pair = tightestChannel(in: graph, shares) { return tight(pair.from, pair.to, in: graph) }
    if consumer > 0.5, consumer > busiest.busy { return slowConsumer(consumer) }
    if busiest.busy > 0.4 { return slow(busiest, in: graph, shares) }
    return Bottleneck(
      kind: .none, node: nil,
      sentence:
        "No node stands out: the busiest, \(busiest.node.name), works \(busiest.busy.wholePercentText) of the time.")
  }

  /// How a node's workers spend their time.
  private struct Share {
    let node: NodeMetrics
    let busy: Double
    let input: Double
    let output: Double

    init(_ node: NodeMetrics) {
      self.node = node
      busy = node.busyShare
      input = node.starvedShare
      output = node.blockedShare
    }

    var works: Bool { node.items > 0 || node.busy > 0 }
  }

  private func slowConsumer(_ share: Double) -> Bottleneck {
    Bottleneck(
      kind: .consumer, node: nil,
      sentence: """
        The consumer is the bottleneck: it works \(share.wholePercentText) of the time on what the pipeline gives it, and the \
        pipeline waits. Move work from the loop into a stage, or leave it: the pipeline keeps up.
        """)
  }

  private func slow(_ share: Share, in graph: GraphDescription, _ shares: [Share]) -> Bottleneck {
    let node = share.node
    let workers = node.workers == 1 ? "its worker is" : "its \(node.workers) workers are"
    var sentence = "\(node.name) is the bottleneck: \(workers) busy \(share.busy.wholePercentText) of the time"
    let waiting = shares.filter { $0.node.name != node.name && $0.busy < share.busy / 2 }.map(\.node.name)
    sentence += waiting.isEmpty ? "." : ", while \(waiting.joined(separator: ", ")) wait."
    let described = graph.nodes.first { $0.name == node.name }
    let used = nodes.reduce(0) { $0 + Double($1.busy) } / Double(max(1, elapsed))
    if isInStep(described, of: graph) {
      sentence += " The data keeps up; only a faster step helps."
    } else if described?.kind == .batch || described?.kind == .zip || described?.kind == .fork
      || described?.kind == .join
    {
      sentence += " It runs alone; make its elements smaller or its function cheaper."
    } else if used > 0.85 * Double(threads) {
      sentence += " All \(threads) threads are busy: give the run more, or make \(node.name) cheaper."
    } else {
      sentence += " Give it more workers: --set \(node.name).workers=\(node.workers * 2)"
    }
    return Bottleneck(kind: .node, node: node.name, sentence: sentence)
  }

  private func isInStep(_ node: GraphDescription.Node?, of graph: GraphDescription) -> Bool {
    var current = node
    while let node = current {
      if node.kind == .step { return true }
      current = node.parent.flatMap { parent in graph.nodes.first { $0.name == parent } }
    }
    return false
  }

  private func busyThreads(_ shares: [Share]) -> Bottleneck {
    let most = shares.max { $0.node.busy < $1.node.busy }
    let total = max(1, nodes.reduce(0) { $0 + Double($1.busy) })
    let name = most?.node.name ?? ""
    let share = (Double(most?.node.busy ?? 0) / total).wholePercentText
    return Bottleneck(
      kind: .threads, node: name,
      sentence: """
        All \(threads) threads are busy; \(name) takes \(share) of their time. More workers do not help: give the run \
        more threads, or make \(name) cheaper.
        """)
  }

  /// The channel whose two ends wait for each other the most.
  private func tightestChannel(in graph: GraphDescription, _ shares: [Share]) -> (from: String, to: String)? {
    let byName = Dictionary(shares.map { ($0.node.name, $0) }, uniquingKeysWith: { first, _ in first })
    let waits = graph.edges.compactMap { edge -> (edge: GraphDescription.Edge, wait: Double)? in
      guard let from = byName[edge.from], let to = byName[edge.to] else { return nil }
      // A step waits for its consumer, not for room.
      if isInStep(graph.nodes.first { $0.name == edge.from }, of: graph) { return nil }
      return (edge, min(from.output, to.input))
    }
    guard let worst = waits.max(by: { $0.wait < $1.wait }), worst.wait > 0.15 else { return nil }
    return (worst.edge.from, worst.edge.to)
  }

  private func tight(_ from: String, _ to: String, in graph: GraphDescription) -> Bottleneck {
    let node = graph.nodes.first { $0.name == from }
    let (field, size) = node?.kind == .fork ? ("window", node?.window ?? 1) : ("buffer", node?.buffer ?? 1)
    return Bottleneck(
      kind: .buffer, node: from,
      sentence: """
        The channel between \(from) and \(to) is too small: \(from) waits for room as well as \(to) for elements, since \
        their times vary. Let it hold more: --set \(from).\(field)=\(max(4, size * 4))
        """)
  }
}
