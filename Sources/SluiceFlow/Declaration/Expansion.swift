/// A stage that gives several outputs for each input: several views of a clip, or several augmentations of it.
///
/// ```swift
/// struct Halves: Expansion {
///   let count = 2
///   func callAsFunction(_ input: Photo, context: ElementContext) throws -> [Photo] { [input.left, input.right] }
/// }
/// ```
/// - Order: the outputs of one input stay together, in the order in which they are given.
/// - Randomness: stages behind draw anew for each output, since ``ElementContext/repetition`` is part of the key; the
///   first output draws what the input alone would.
/// - Batches and epochs: a batch of `n` outputs holds `n / count` samples. A sample counts as consumed when its last
///   output has been delivered; a run that goes on in between makes exactly the outputs that are missing.
/// - Failures: if the expansion, or a stage behind it and before the next batch, ``Zip``, ``Step`` or end of the pipeline,
///   fails on one output, all outputs of that input are dropped, and the failure is counted once.
public protocol Expansion<Input, Output>: PipelinePart, Configurable {
  associatedtype Input
  associatedtype Output

  /// How many outputs each input gives: at least 1, and the same for a whole run.
  var count: Int { get }
  /// Makes the outputs of one input, on a thread of the pipeline's own.
  ///
  /// - Returns: ``count`` outputs; another number ends the run. An error drops the sample.
  nonisolated(nonsending) func callAsFunction(_ input: Input, context: ElementContext) async throws -> [Output]
}

extension Expansion {
  public var pipelinePlan: PipelinePlan { PipelinePlan([PlanNode(expansion: ExpansionBox(expansion: self))]) }

  private var node: ExpansionNode<Input, Output> { ExpansionNode(pipelinePlan) }

  /// This expansion with `count` workers, each on one input at a time.
  public func workers(_ count: Int) -> ExpansionNode<Input, Output> { node.workers(count) }

  /// This expansion with `policy` for inputs it throws on.
  public func onFailure(_ policy: FailurePolicy) -> ExpansionNode<Input, Output> { node.onFailure(policy) }

  /// This expansion with room for `capacity` finished outputs before the next part (default 2).
  public func buffer(_ capacity: Int) -> ExpansionNode<Input, Output> { node.buffer(capacity) }

  /// This expansion under another name; see ``ChainPart/named(_:)``.
  public func named(_ name: String) -> ExpansionNode<Input, Output> { node.named(name) }

  /// This expansion drawing under another name than its own; see ``Node/random(as:)``.
  public func random(as name: String) -> ExpansionNode<Input, Output> { node.random(as: name) }
}

/// An ``Expansion`` with what was said about running it.
public struct ExpansionNode<Input: Sendable, Output: Sendable>: PipelinePart {
  public let pipelinePlan: PipelinePlan

  init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }

  private func changing(_ change: (inout PlanNode) -> Void) -> ExpansionNode<Input, Output> {
    ExpansionNode(pipelinePlan.changingLast(change))
  }

  /// With `count` workers, each on one input at a time.
  public func workers(_ count: Int) -> ExpansionNode<Input, Output> { changing { $0.workers = count } }

  /// With `policy` for inputs this expansion throws on.
  public func onFailure(_ policy: FailurePolicy) -> ExpansionNode<Input, Output> {
    changing { $0.failurePolicy = policy }
  }

  /// With room for `capacity` finished outputs before the next part (default 2).
  public func buffer(_ capacity: Int) -> ExpansionNode<Input, Output> { changing { $0.buffer = capacity } }

  /// Under another name; see ``ChainPart/named(_:)``.
  public func named(_ name: String) -> ExpansionNode<Input, Output> { changing { $0.name = name } }

  /// Drawing under another name than its own; see ``Node/random(as:)``.
  public func random(as name: String) -> ExpansionNode<Input, Output> { changing { $0.randomName = name } }
}

extension PipelinePart {
  /// Each output `count` times in a row: repeated augmentation, if stages behind draw random numbers.
  ///
  /// ```swift
  /// Decode().workers(2).repeating(2)
  /// Augment(.resizedCrop(224), .flip).batch(16)   // eight videos, two crops of each
  /// ```
  /// See ``Expansion`` for order, resuming and failures.
  public func repeating(_ count: Int) -> Regrouped<Input, Output> {
    let box = ExpansionBox(expansion: Repeat<Output>(count))
    return Regrouped(pipelinePlan.followed(by: PipelinePlan([PlanNode(expansion: box)])))
  }
}

/// Gives each element several times in a row; on a line of its own what ``PipelinePart/repeating(_:)`` is behind a part.
///
/// ```swift
/// if repeats > 1 {
///   Repeat<DecodedClip>(repeats)
/// }
/// ```
public struct Repeat<Element: Sendable>: Expansion {
  /// How often.
  public var count: Int

  public init(_ count: Int) {
    self.count = count
  }

  public static var settings: [Setting<Self>] { [Setting("count", \.count, in: NodeLimit.outputCount.range)] }

  public func callAsFunction(_ input: Element, context: ElementContext) -> [Element] {
    [Element](repeating: input, count: count)
  }
}
