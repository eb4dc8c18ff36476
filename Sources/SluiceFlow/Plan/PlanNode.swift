/// One node of the declared graph, with its types sealed: the builder has checked them.
package struct PlanNode: Sendable {
  package var name: String
  package var kind: Kind
  package let inputType: String
  package let outputType: String
  package var workers = 1
  package var buffer = 2
  package var isOrdered = true
  package var failurePolicy: FailurePolicy?
  package var order = SourceOrder()
  /// The name under which a stage draws, if it is not its own.
  package var randomName: String?

  package indirect enum Kind: Sendable {
    case source(any SourceBoxing)
    case stage(any StageBoxing)
    case expansion(any ExpansionBoxing)
    case batch(size: Int, collect: @Sendable ([any Sendable]) -> any Sendable)
    case fork(ForkPlan)
    case zip(ZipPlan)
    case step(PipelinePlan)
  }

  private init(name: String, kind: Kind, inputType: String, outputType: String) {
    self.name = name
    self.kind = kind
    self.inputType = inputType
    self.outputType = outputType
  }

  init(stage: some StageBoxing) {
    self.init(
      name: stage.defaultName, kind: .stage(stage), inputType: stage.inputType, outputType: stage.outputType)
  }

  init(expansion: some ExpansionBoxing) {
    self.init(
      name: expansion.defaultName, kind: .expansion(expansion), inputType: expansion.inputType,
      outputType: expansion.outputType)
  }

  init(source: some SourceBoxing) {
    self.init(name: source.defaultName, kind: .source(source), inputType: "", outputType: source.outputType)
  }

  init<Element>(batchOf size: Int, collect box: BatchBox<Element>.Type) {
    self.init(
      name: "batch", kind: .batch(size: size, collect: box.collect), inputType: typeName(Element.self),
      outputType: typeName([Element].self))
  }

  init<Input, Output>(step plan: PipelinePlan, _ input: Input.Type, _ output: Output.Type) {
    self.init(name: "step", kind: .step(plan), inputType: typeName(input), outputType: typeName(output))
  }

  init(fork: ForkPlan, inputType: String, outputType: String) {
    self.init(name: "fork", kind: .fork(fork), inputType: inputType, outputType: outputType)
  }

  init(zip: ZipPlan, outputType: String) {
    self.init(name: "zip", kind: .zip(zip), inputType: "", outputType: outputType)
  }
}

/// Branches that each get every element, and what makes one output of theirs.
package struct ForkPlan: Sendable {
  package var branches: [PipelinePlan]
  /// Elements between the split and the join; `nil` for as many as the longest branch can hold.
  package var window: Int?
  let join: @Sendable (any Sendable, [any Sendable]) throws -> any Sendable
}

/// Two streams taken in pairs.
package struct ZipPlan: Sendable {
  package var streams: [PipelinePlan]
  let pair: @Sendable (any Sendable, any Sendable) throws -> any Sendable
}

extension PipelinePlan {
  /// Every node, those inside forks, zips and steps included, in declaration order.
  package var allNodes: [PlanNode] {
    nodes.flatMap { $0.inner.flatMap(\.allNodes) + [$0] }
  }

  /// This plan with a change to every node, outer ones first.
  package func mapNodes(_ change: (inout PlanNode) throws -> Void) rethrows -> PipelinePlan {
    var copy = self
    for index in copy.nodes.indices {
      try change(&copy.nodes[index])
      copy.nodes[index].inner = try copy.nodes[index].inner.map { try $0.mapNodes(change) }
    }
    return copy
  }
}

extension PlanNode {
  /// The plans inside this node: branches of a fork, streams of a zip, the chain of a step.
  package var inner: [PipelinePlan] {
    get {
      switch kind {
      case .source, .stage, .expansion, .batch: []
      case .fork(let fork): fork.branches
      case .zip(let zip): zip.streams
      case .step(let plan): [plan]
      }
    }
    set {
      switch kind {
      case .source, .stage, .expansion, .batch: break
      case .fork(var fork):
        fork.branches = newValue
        kind = .fork(fork)
      case .zip(var zip):
        zip.streams = newValue
        kind = .zip(zip)
      case .step: kind = .step(newValue[0])
      }
    }
  }
}

extension PlanNode {
  /// Samples of a source's list; 0 for any other node.
  var sampleCount: Int {
    if case .source(let source) = kind { source.count } else { 0 }
  }
}
