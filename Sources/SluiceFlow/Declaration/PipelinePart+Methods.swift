// What every part can be given; concerns its last node. A chain stays a chain, which its type says.

extension ChainPart {
  /// This part with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Segment<Input, Output> { Segment(pipelinePlan.withBuffer(capacity)) }

  /// This part under another name: in messages, in the graph, and before the dot of `--set name.field=value`.
  ///
  /// Randomness is keyed by the name, so another name draws other numbers.
  public func named(_ name: String) -> Segment<Input, Output> { Segment(pipelinePlan.named(name)) }

  /// Each output through a function.
  public func map<Mapped: Sendable>(
    _ transform: @escaping @Sendable (Output) async throws -> Mapped
  ) -> Segment<Input, Mapped> {
    Segment(pipelinePlan.mapping(transform))
  }
}

extension PipelinePart {
  /// This part with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Regrouped<Input, Output> { Regrouped(pipelinePlan.withBuffer(capacity)) }

  /// This part under another name: in messages, in the graph, and before the dot of `--set name.field=value`.
  ///
  /// Randomness is keyed by the name, so another name draws other numbers.
  public func named(_ name: String) -> Regrouped<Input, Output> { Regrouped(pipelinePlan.named(name)) }

  /// Each output through a function.
  public func map<Mapped: Sendable>(
    _ transform: @escaping @Sendable (Output) async throws -> Mapped
  ) -> Regrouped<Input, Mapped> {
    Regrouped(pipelinePlan.mapping(transform))
  }

  /// Groups of `size` outputs, in order.
  ///
  /// Always full, but for the last one of a run that is a single pass.
  public func batch(_ size: Int) -> Regrouped<Input, [Output]> {
    Regrouped(pipelinePlan.followed(by: PipelinePlan([PlanNode(batchOf: size, collect: BatchBox<Output>.self)])))
  }
}

extension PipelinePlan {
  fileprivate func withBuffer(_ capacity: Int) -> PipelinePlan { changingLast { $0.buffer = capacity } }

  fileprivate func named(_ name: String) -> PipelinePlan { changingLast { $0.name = name } }

  fileprivate func mapping<Input: Sendable, Output: Sendable>(
    _ transform: @escaping @Sendable (Input) async throws -> Output
  ) -> PipelinePlan {
    followed(by: PipelinePlan([PlanNode(stage: StageBox(stage: Map(transform: transform)))]))
  }
}

struct Map<Input: Sendable, Output: Sendable>: Stage {
  let transform: @Sendable (Input) async throws -> Output

  func callAsFunction(_ input: Input, context: ElementContext) async throws -> Output {
    try await transform(input)
  }
}
