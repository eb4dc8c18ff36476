/// Several parts in a row as one: a stream with its source, or a chain of stages for a branch of a ``Fork``.
///
/// ```swift
/// let images = Segment { Images(list).shuffled(); Resize(224).batch(4) }  // Segment<Never, [Photo]>
/// let branch = Segment { Blur(); Edges() }                                // Segment<Photo, Edges.Output>
/// ```
/// Behind a source anything may stand. Without one, only what gives one output for each input: no batch, no ``Step`` and
/// no ``Expansion``.
public struct Segment<Input: Sendable, Output: Sendable>: ChainPart {
  public let pipelinePlan: PipelinePlan

  /// The parts of `content` in a row.
  public init(@PipelineBuilder _ content: () -> Segment<Input, Output>) {
    self = content()
  }

  package init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }
}

/// Parts in a row that do not give one output for each input: what `.batch(_:)` gives.
///
/// Stands on a line of a pipeline or of a ``Segment`` with a source, and as a stream of a ``Zip``.
public struct Regrouped<Input: Sendable, Output: Sendable>: PipelinePart {
  public let pipelinePlan: PipelinePlan

  init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }
}
