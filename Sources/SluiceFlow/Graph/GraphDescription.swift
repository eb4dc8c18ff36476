/// A declared pipeline as data: its nodes, the channels between them, and how much they can hold.
public struct GraphDescription: Sendable, Equatable, Codable {
  /// The pipeline's name.
  public let name: String
  public var nodes: [Node]
  public var edges: [Edge]

  public init(name: String, nodes: [Node], edges: [Edge]) {
    self.name = name
    self.nodes = nodes
    self.edges = edges
  }

  /// What a node is.
  public enum Kind: String, Sendable, Codable {
    case source, stage, expansion, batch, fork, join, zip, step
  }

  /// One node.
  public struct Node: Sendable, Equatable, Codable {
    public let name: String
    public let kind: Kind
    /// The type of what it takes; empty for a source.
    public let input: String
    /// The type of what it gives.
    public let output: String
    public let workers: Int
    /// Finished outputs that find room behind it.
    public let buffer: Int
    /// Elements between the split and the join of a fork.
    public var window: Int?
    /// How many elements make one batch.
    public var batchSize: Int?
    /// How many outputs each input gives, where it is not one.
    public var outputCount: Int?
    public let isOrdered: Bool
    /// The step or fork it stands in.
    public let parent: String?
    /// The most bytes of one output, where the stage knows.
    public var outputBytes: Int?
    /// Bytes that working on one element takes besides, at least, where the stage knows.
    public var workingBytes: Int?
    /// The most elements it and the channel behind it hold or have memory for, in units of its output.
    public var heldOutputs: Int
    /// The most bytes it and the channel behind it hold, where the sizes are known.
    public var bytes: Int?
  }

  /// One channel.
  public struct Edge: Sendable, Equatable, Codable {
    public let from: String
    public let to: String
    public let capacity: Int
  }

  /// The most bytes the pipeline holds at any time, as far as its stages know the sizes of what they give.
  public var knownBytes: Int { nodes.reduce(0) { sum($0, $1.bytes ?? 0) } }

  /// The nodes that do not know how large their outputs can be.
  public var unknownNodes: [String] { nodes.filter { $0.bytes == nil }.map(\.name) }
}

extension Pipeline {
  /// The declared graph.
  public var graph: GraphDescription { graph(lookingAt: 0) }

  /// The declared graph, sizes of elements included that only the data can tell.
  /// - Parameter samples: how many samples of each source are looked at; their files are read.
  public func graph(lookingAt samples: Int) -> GraphDescription {
    var builder = GraphBuilder(samples: samples)
    _ = builder.add(plan, after: [], in: nil)
    return GraphDescription(name: name, nodes: builder.nodes, edges: builder.edges)
  }
}

/// Walks a plan and lists its nodes and edges.
private struct GraphBuilder {
  /// How many samples of a source are looked at.
  let samples: Int
  var nodes: [GraphDescription.Node] = []
  var edges: [GraphDescription.Edge] = []

  /// What comes out of the nodes so far: which one gives it, through how large a channel, how large it is.
  struct End {
    let name: String
    let capacity: Int
    let size: ElementSize
    var bytes: Int? { size.bytes }
  }

  mutating func add(_ plan: PipelinePlan, after ends: [End], in parent: String?) -> [End] {
    var current = ends
    for (index, node) in plan.nodes.enumerated() {
      current = add(node, after: current, in: parent, batchAhead: plan.batchSize(ahead: index))
    }
    return current
  }

  private mutating func add(_ node: PlanNode, after ends: [End], in parent: String?, batchAhead: Int?) -> [End] {
    switch node.kind {
    case .source(let source):
      place(node, .source, after: ends, in: parent, output: source.outputSize(lookingAt: samples))
    case .stage(let stage):
      place(
        node, .stage, after: ends, in: parent, output: stage.outputSize(of: ends.first?.size ?? ElementSize()),
        reserved: stage.boxed is any BatchMemorySharing ? batchAhead.map { $0 - 1 } : nil,
        workingBytes: (stage.boxed as? any WorkBounded)?.workingBytes(on: ends.first?.size ?? ElementSize()))
    case .expansion(let expansion):
      place(
        node, .expansion, after: ends, in: parent,
        output: expansion.outputSize(of: ends.first?.size ?? ElementSize()), outputCount: expansion.count)
    case .batch(let size, _):
      place(node, .batch, after: ends, in: parent, output: batch(size, of: ends.first?.size), batchSize: size)
    case .zip(let zip):
      addZip(node, zip, in: parent)
    case .fork(let fork):
      addFork(node, fork, after: ends, in: parent)
    case .step(let plan):
      addStep(node, plan, after: ends, in: parent)
    }
  }

  private func batch(_ count: Int, of element: ElementSize?) -> ElementSize {
    var size = element ?? ElementSize()
    size.bytes = size.bytes.map { product($0, count) }
    size.elementCount = product(size.elementCount ?? 1, count)
    return size
  }

  private mutating func addZip(_ node: PlanNode, _ zip: ZipPlan, in parent: String?) -> [End] {
    let ends = zip.streams.flatMap { add($0, after: [], in: parent) }
    let bytes = ends.map(\.bytes).reduce(0 as Int?) { total, next in
      total.flatMap { total in next.map { sum(total, $0) } }
    }
    return place(node, .zip, after: ends, in: parent, output: ElementSize(bytes: bytes))
  }

  private mutating func addFork(
    _ node: PlanNode, _ fork: ForkPlan, after ends: [End], in parent: String?
  ) -> [End] {
    let window = fork.window ?? fork.branches.map(\.elementsInside).max() ?? 1
    let size = ends.first?.size ?? ElementSize()
    connect(ends, to: node.name)
    let held = sum(window, 1, fork.branches.count)
    nodes.append(
      GraphDescription.Node(
        name: node.name, kind: .fork, input: node.inputType, output: node.inputType, workers: 1, buffer: window,
        window: window, isOrdered: true, parent: parent, outputBytes: size.bytes, heldOutputs: held,
        bytes: size.bytes.map { product($0, held) }))
    var exits: [End] = []
    for branch in fork.branches {
      exits += add(branch, after: [End(name: node.name, capacity: 1, size: size)], in: node.name)
    }
    exits.append(End(name: node.name, capacity: window, size: size))
    return place(node, .join, named: node.name + ".join", after: exits, in: parent, output: ElementSize())
  }

  private mutating func addStep(
    _ node: PlanNode, _ plan: PipelinePlan, after ends: [End], in parent: String?
  ) -> [End] {
    let size = ends.first?.size ?? ElementSize()
    connect(ends, to: node.name)
    // One element inside, at the door or between its stages.
    nodes.append(
      GraphDescription.Node(
        name: node.name, kind: .step, input: node.inputType, output: node.outputType, workers: 1, buffer: 1,
        isOrdered: true, parent: parent, outputBytes: size.bytes, heldOutputs: 1, bytes: size.bytes))
    return add(plan, after: [End(name: node.name, capacity: 1, size: size)], in: node.name)
  }

  private mutating func place(
    _ node: PlanNode, _ kind: GraphDescription.Kind, named name: String? = nil, after ends: [End],
    in parent: String?, output: ElementSize, batchSize: Int? = nil, outputCount: Int? = nil,
    reserved: Int? = nil, workingBytes: Int? = nil
  ) -> [End] {
    let name = name ?? node.name
    connect(ends, to: name)
    // Each worker holds what it works on or what it has finished; a batch is gathered besides.
    // The outputs of one input that are done wait besides, until it is sure that none of them fails.
    let held = sum(
      node.buffer, product(node.workers, outputCount ?? 1), batchSize == nil ? 0 : 1, outputCount ?? 0,
      max(0, reserved ?? 0))
    let inputs = ends.reduce(0 as Int?) { total, end in total.flatMap { total in end.bytes.map { sum(total, $0) } } }
    nodes.append(
      GraphDescription.Node(
        name: name, kind: kind, input: node.inputType, output: node.outputType, workers: node.workers,
        buffer: node.buffer, batchSize: batchSize, outputCount: outputCount, isOrdered: node.isOrdered, parent: parent,
        outputBytes: output.bytes, workingBytes: workingBytes, heldOutputs: held,
        bytes: output.bytes.flatMap { own in inputs.map { sum(product(own, held), product($0, node.workers)) } }))
    return [End(name: name, capacity: node.buffer, size: output)]
  }

  private mutating func connect(_ ends: [End], to name: String) {
    edges += ends.map { GraphDescription.Edge(from: $0.name, to: name, capacity: $0.capacity) }
  }
}
