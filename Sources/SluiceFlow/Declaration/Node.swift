/// A stage with what was said about running it.
public struct Node<Input: Sendable, Output: Sendable>: ChainPart {
  public let pipelinePlan: PipelinePlan

  package init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }

  private func changing(_ change: (inout PlanNode) -> Void) -> Node<Input, Output> {
    Node(pipelinePlan.changingLast(change))
  }

  /// With `count` workers, each on one element at a time.
  public func workers(_ count: Int) -> Node<Input, Output> { changing { $0.workers = count } }

  /// With outputs in the order of the inputs (the default), or as they are done.
  ///
  /// Without order a slow element holds nothing up, but which elements share a batch depends on timing.
  public func ordered(_ isOrdered: Bool) -> Node<Input, Output> { changing { $0.isOrdered = isOrdered } }

  /// With `policy` for elements this stage throws on.
  public func onFailure(_ policy: FailurePolicy) -> Node<Input, Output> { changing { $0.failurePolicy = policy } }

  /// Drawing the random numbers of the name `name` instead of those of its own name.
  ///
  /// Stages of different branches that draw under one name decide alike on the same sample, as long as they ask for the
  /// same numbers in the same order: a clip and its mask cropped to the same window, two views flipped together.
  /// ```swift
  /// Fork {
  ///   Crop(of: \.image).random(as: "crop")
  ///   Crop(of: \.depth).random(as: "crop")
  /// } join: { _, image, depth in Pair(image, depth) }
  /// ```
  /// A stage's own name is one of those, so `.random(as: "augment")` follows the stage that is called `augment`.
  public func random(as name: String) -> Node<Input, Output> { changing { $0.randomName = name } }

  /// This stage with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Node<Input, Output> { changing { $0.buffer = capacity } }

  /// This stage under another name; see ``ChainPart/named(_:)``.
  public func named(_ name: String) -> Node<Input, Output> { changing { $0.name = name } }
}

extension Stage {
  /// This stage with room for `capacity` finished outputs before the next one (default 2).
  public func buffer(_ capacity: Int) -> Node<Input, Output> { Node(pipelinePlan).buffer(capacity) }

  /// This stage under another name; see ``ChainPart/named(_:)``.
  public func named(_ name: String) -> Node<Input, Output> { Node(pipelinePlan).named(name) }

  /// This stage with `count` workers, each on one element at a time.
  public func workers(_ count: Int) -> Node<Input, Output> { Node(pipelinePlan).workers(count) }

  /// This stage with outputs in the order of the inputs (the default), or as they are done.
  public func ordered(_ isOrdered: Bool) -> Node<Input, Output> { Node(pipelinePlan).ordered(isOrdered) }

  /// This stage with `policy` for elements it throws on.
  public func onFailure(_ policy: FailurePolicy) -> Node<Input, Output> { Node(pipelinePlan).onFailure(policy) }

  /// This stage drawing under another name than its own; see ``Node/random(as:)``.
  public func random(as name: String) -> Node<Input, Output> { Node(pipelinePlan).random(as: name) }
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
