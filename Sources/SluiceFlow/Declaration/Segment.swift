/// Several parts in a row as one: a stream with its source, or a chain of stages for a branch of a ``Fork``.
///
/// ```swift
/// let images = Segment { Images(list).shuffled(); Resize(224) }   // Segment<Never, Image>
/// let branch = Segment { Blur(); Edges() }                        // Segment<Image, Edges.Output>
/// ```
public struct Segment<Input: Sendable, Output: Sendable>: PipelinePart {
  public let pipelinePlan: PipelinePlan

  /// The parts of `content` in a row.
  public init(@PipelineBuilder _ content: () -> Segment<Input, Output>) {
    self = content()
  }

  package init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }
}

/// Ties each line's output type to the next one's input type.
@resultBuilder
public enum PipelineBuilder {
  // Every line becomes a segment first, and there is exactly one way to join two: so a line that does not fit is a
  // mismatch of two segments, which the compiler reports on that line with both. (Joined by a constraint between
  // parameters, the message moves to the opening brace.)
  public static func buildExpression<Part: PipelinePart>(_ part: Part) -> Segment<Part.Input, Part.Output> {
    Segment(part.pipelinePlan)
  }

  public static func buildPartialBlock<Input, Output>(first: Segment<Input, Output>) -> Segment<Input, Output> {
    first
  }

  public static func buildPartialBlock<Input, Middle, Output>(
    accumulated: Segment<Input, Middle>, next: Segment<Middle, Output>
  ) -> Segment<Input, Output> {
    Segment(accumulated.pipelinePlan.followed(by: next.pipelinePlan))
  }

  public static func buildEither<Input, Output>(first: Segment<Input, Output>) -> Segment<Input, Output> { first }

  public static func buildEither<Input, Output>(second: Segment<Input, Output>) -> Segment<Input, Output> { second }

  /// A line under an `if` without `else` gives what it takes; left out, elements pass unchanged.
  public static func buildOptional<Element>(_ segment: Segment<Element, Element>?) -> Segment<Element, Element> {
    segment ?? Segment(PipelinePlan([]))
  }
}
