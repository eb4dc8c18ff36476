/// Independent branches over the same element, and a function that puts their results together.
///
/// ```swift
/// Fork { Blur(); Edges().workers(2) } join: { image, blurred, edges in Views(image, blurred, edges) }
/// ```
/// Each branch has channels and workers of its own. A branch of several stages is a ``Segment``. Inside branches order
/// is always kept, and no batch, ``Step`` or ``Expansion`` stands there. If a branch fails on an element, the whole
/// element is dropped.
public struct Fork<Input: Sendable, Output: Sendable>: ChainPart {
  public let pipelinePlan: PipelinePlan

  /// One branch beside the element itself.
  public init<A>(
    @ForkBuilder _ branches: () -> Branches1<Input, A>, join: @escaping @Sendable (Input, A) throws -> Output
  ) {
    self.init(branches().plans, joining: join)
  }

  /// Two branches.
  public init<A, B>(
    @ForkBuilder _ branches: () -> Branches2<Input, A, B>,
    join: @escaping @Sendable (Input, A, B) throws -> Output
  ) {
    self.init(branches().plans, joining: join)
  }

  /// Three branches.
  public init<A, B, C>(
    @ForkBuilder _ branches: () -> Branches3<Input, A, B, C>,
    join: @escaping @Sendable (Input, A, B, C) throws -> Output
  ) {
    self.init(branches().plans, joining: join)
  }

  private init<each Result>(
    _ plans: [PipelinePlan], joining join: @escaping @Sendable (Input, repeat each Result) throws -> Output
  ) {
    let fork = ForkPlan(branches: plans, window: nil) { input, results in
      var index = 0
      func next<Value>(_ type: Value.Type) -> Value {
        defer { index += 1 }
        // Holds: the builder took the branches in this order with these outputs.
        return results[index] as! Value
      }
      return try join(input as! Input, repeat next((each Result).self))
    }
    pipelinePlan = PipelinePlan([
      PlanNode(fork: fork, inputType: typeName(Input.self), outputType: typeName(Output.self))
    ])
  }

  private init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }

  /// This fork with at most `count` elements between the split and the join (default: what the longest branch holds).
  public func window(_ count: Int) -> Fork<Input, Output> {
    Fork(
      pipelinePlan.changingLast { node in
        guard case .fork(var fork) = node.kind else { return }
        fork.window = count
        node.kind = .fork(fork)
      })
  }
}

/// One branch of a ``Fork``.
public struct Branches1<Input: Sendable, A: Sendable>: Sendable {
  let plans: [PipelinePlan]
}

/// Two branches of a ``Fork``, in order.
public struct Branches2<Input: Sendable, A: Sendable, B: Sendable>: Sendable {
  let plans: [PipelinePlan]
}

/// Three branches of a ``Fork``, in order.
public struct Branches3<Input: Sendable, A: Sendable, B: Sendable, C: Sendable>: Sendable {
  let plans: [PipelinePlan]
}

/// Collects the branches of a ``Fork``; all take the same element.
@resultBuilder
public enum ForkBuilder {
  // As in PipelineBuilder: a branch that takes something else is reported on its line.
  public static func buildExpression<Part: ChainPart>(_ part: Part) -> Segment<Part.Input, Part.Output> {
    Segment(part.pipelinePlan)
  }

  // One type for each number of branches: with a pack the compiler does not find the join's parameter types.
  public static func buildPartialBlock<Input, A>(first: Segment<Input, A>) -> Branches1<Input, A> {
    Branches1(plans: [first.pipelinePlan])
  }

  public static func buildPartialBlock<Input, A, B>(
    accumulated: Branches1<Input, A>, next: Segment<Input, B>
  ) -> Branches2<Input, A, B> {
    Branches2(plans: accumulated.plans + [next.pipelinePlan])
  }

  public static func buildPartialBlock<Input, A, B, C>(
    accumulated: Branches2<Input, A, B>, next: Segment<Input, C>
  ) -> Branches3<Input, A, B, C> {
    Branches3(plans: accumulated.plans + [next.pipelinePlan])
  }
}
