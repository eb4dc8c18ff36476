/// A stage with what was said about running it.
public struct Node<Input: Sendable, Output: Sendable>: PipelinePart {
  public let pipelinePlan: PipelinePlan

  package init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }

  /// With `count` workers, each on one element at a time.
  public func workers(_ count: Int) -> Node<Input, Output> {
    Node(pipelinePlan.changingLast { $0.workers = checked(count, "workers") })
  }

  /// With outputs in the order of the inputs (the default), or as they are done.
  ///
  /// Without order a slow element holds nothing up, but which elements share a batch depends on timing.
  public func ordered(_ isOrdered: Bool) -> Node<Input, Output> {
    Node(pipelinePlan.changingLast { $0.isOrdered = isOrdered })
  }

  /// With `policy` for elements this stage throws on.
  public func onFailure(_ policy: FailurePolicy) -> Node<Input, Output> {
    Node(pipelinePlan.changingLast { $0.failurePolicy = policy })
  }
}

extension Node {
  /// This stage with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Node<Input, Output> {
    Node(pipelinePlan.changingLast { $0.buffer = checked(capacity, "buffer") })
  }

  /// This stage under another name; see ``PipelinePart/named(_:)``.
  public func named(_ name: String) -> Node<Input, Output> {
    Node(pipelinePlan.changingLast { $0.name = name })
  }
}

extension Stage {
  /// This stage with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Node<Input, Output> { Node(pipelinePlan).buffer(capacity) }

  /// This stage under another name; see ``PipelinePart/named(_:)``.
  public func named(_ name: String) -> Node<Input, Output> { Node(pipelinePlan).named(name) }

  /// This stage with `count` workers, each on one element at a time.
  public func workers(_ count: Int) -> Node<Input, Output> { Node(pipelinePlan).workers(count) }

  /// This stage with outputs in the order of the inputs (the default), or as they are done.
  public func ordered(_ isOrdered: Bool) -> Node<Input, Output> { Node(pipelinePlan).ordered(isOrdered) }

  /// This stage with `policy` for elements it throws on.
  public func onFailure(_ policy: FailurePolicy) -> Node<Input, Output> { Node(pipelinePlan).onFailure(policy) }
}

/// What an error of a stage does.
public struct FailurePolicy: Sendable, Equatable {
  enum Kind: Sendable {
    case drop
    case stop
  }
  let kind: Kind

  /// The sample is dropped, counted and named (the default for single samples).
  public static let drop: FailurePolicy = FailurePolicy(kind: .drop)
  /// The run ends with the error (the default for batches and inside a ``Step``).
  public static let stop: FailurePolicy = FailurePolicy(kind: .stop)
}

// What every part can be given; concerns its last node.
extension PipelinePart {
  /// This part with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Segment<Input, Output> {
    Segment(pipelinePlan.changingLast { $0.buffer = checked(capacity, "buffer") })
  }

  /// This part under another name: in messages, in the graph, and before the dot of `--set name.field=value`.
  ///
  /// Randomness is keyed by the name, so another name draws other numbers.
  public func named(_ name: String) -> Segment<Input, Output> {
    Segment(pipelinePlan.changingLast { $0.name = name })
  }

  /// Groups of `size` outputs, in order.
  ///
  /// Always full, but for the last one of a run that is a single pass.
  public func batch(_ size: Int) -> Segment<Input, [Output]> {
    Segment(
      pipelinePlan.followed(
        by: PipelinePlan([PlanNode(batchOf: checked(size, "batch size"), collect: BatchBox<Output>.self)])))
  }

  /// Each output through a function.
  public func map<Mapped: Sendable>(
    _ transform: @escaping @Sendable (Output) async throws -> Mapped
  ) -> Segment<Input, Mapped> {
    Segment(
      pipelinePlan.followed(by: PipelinePlan([PlanNode(stage: StageBox(stage: Map(transform: transform)))])))
  }
}

struct Map<Input: Sendable, Output: Sendable>: Stage {
  let transform: @Sendable (Input) async throws -> Output

  func callAsFunction(_ input: Input, context: ElementContext) async throws -> Output {
    try await transform(input)
  }
}
