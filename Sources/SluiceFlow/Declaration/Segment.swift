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

/// What the next line of a pipeline has to be: a part whose input is the output of the line above.
///
/// No such value exists; the type stands in the compiler's message about a line that does not fit.
public struct StageTaking<Input: Sendable>: Sendable {
  private init() {}
}

/// Ties each line's output type to the next one's input type.
@resultBuilder
public enum PipelineBuilder {
  public static func buildPartialBlock<First: PipelinePart>(first: First) -> Segment<First.Input, First.Output> {
    Segment(first.pipelinePlan)
  }

  public static func buildPartialBlock<Input, Middle, Next: PipelinePart>(
    accumulated: Segment<Input, Middle>, next: Next
  ) -> Segment<Input, Next.Output> where Middle == Next.Input {
    Segment(accumulated.pipelinePlan.followed(by: next.pipelinePlan))
  }

  // Chosen only where the one above does not fit; exactly these two, or the message moves to the opening brace.
  public static func buildPartialBlock<Input, Middle>(
    accumulated: Segment<Input, Middle>, next: StageTaking<Middle>
  ) -> Segment<Input, Middle> {
    accumulated
  }

  public static func buildEither<Input, Output>(first: Segment<Input, Output>) -> Segment<Input, Output> { first }

  public static func buildEither<Input, Output>(second: Segment<Input, Output>) -> Segment<Input, Output> { second }

  /// A line under an `if` without `else` gives what it takes; left out, elements pass unchanged.
  public static func buildOptional<Element>(_ segment: Segment<Element, Element>?) -> Segment<Element, Element> {
    segment ?? Segment(PipelinePlan([]))
  }
}
