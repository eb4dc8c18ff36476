public import SluiceFlow
public import SluiceSamples
package import SluiceTensor
public import SluiceTraining

/// Makes the one value that a network reads of the samples of a batch: clips in one buffer, text padded, targets together.
///
/// ```swift
/// Pipeline("pretraining") {
///   clips                       // Segment<Never, MaskedClip>
///   objective.target
///     .batch(16)
///   Collate(objective)          // [MaskedSample<Target>] → MaskedBatch<Targets>
///   Step { Forward(model); Loss(objective); Optimize(model.parameters, .adamW(.constant(1e-3))) }
/// }
/// ```
/// Runs on the data threads, so that a step begins with what it needs. What is drawn for a batch belongs to its first
/// sample.
public struct Collate<Sample: Sendable, Batch: Sendable>: Stage, ByteBounded {
  private let make: @Sendable ([Sample], ElementContext) throws -> Batch

  /// A batch made by a function.
  /// - Parameter make: gets the samples in order and the context that keys draws.
  public init(_ make: @escaping @Sendable (_ samples: [Sample], _ context: ElementContext) throws -> Batch) {
    self.make = make
  }

  /// As large as its samples together.
  public func outputSize(of input: ElementSize) -> ElementSize { input }

  public func callAsFunction(_ samples: [Sample], context: ElementContext) throws -> Batch {
    try make(samples, context)
  }
}

extension Collate {
  /// The batch of a masked objective.
  public init<Goal: MaskedObjective>(_ objective: Goal)
  where Sample == MaskedSample<Goal.Target>, Batch == MaskedBatch<Goal.Targets> {
    self.init { samples, _ in try objective.batch(of: samples) }
  }
}

extension Collate where Sample == LabeledClip, Batch == LabeledBatch {
  /// The batch of a classifier.
  public init() {
    self.init { samples, _ in
      LabeledBatch(clips: try .stacked(samples.map(\.clip.values)), labels: samples.map(\.label))
    }
  }
}

extension MaskedObjective {
  /// The clips, masks and targets of samples together.
  /// - Throws: ``ShapeError`` if clips differ in size; what ``targets(of:)`` throws.
  package func batch(of samples: [MaskedSample<Target>]) throws -> MaskedBatch<Targets> {
    try MaskedBatch(joining: samples, targets: try targets(of: samples))
  }
}

extension MaskedBatch {
  /// The clips and masks of samples with the targets of all of them.
  /// - Throws: ``ShapeError`` if clips differ in size.
  package init(joining samples: [MaskedSample<some Sendable>], targets: Targets) throws(ShapeError) {
    let mask = samples.first?.masked.mask
    self.init(
      clips: try .stacked(samples.map(\.masked.clip.values)), hidden: samples.flatMap(\.masked.mask.values),
      grid: TokenGrid(steps: mask?.steps ?? 0, rows: mask?.rows ?? 0, columns: mask?.columns ?? 0), targets: targets)
  }
}
