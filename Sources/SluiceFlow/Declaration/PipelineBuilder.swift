// Every line becomes a segment first, and there are few ways to join two: so a line that does not fit is a mismatch of
// two segments, which the compiler reports on that line with both. (Joined by a constraint between parameters, or with
// more overloads of buildPartialBlock(accumulated:next:) than the two below, the message moves to the opening brace.)

/// Ties each line's output type to the next one's input type.
@resultBuilder
public enum PipelineBuilder {
  public static func buildExpression<Part: ChainPart>(_ part: Part) -> Segment<Part.Input, Part.Output> {
    Segment(part.pipelinePlan)
  }

  public static func buildExpression<Part: PipelinePart>(_ part: Part) -> Regrouped<Part.Input, Part.Output> {
    Regrouped(part.pipelinePlan)
  }

  public static func buildPartialBlock<Input, Output>(first: Segment<Input, Output>) -> Segment<Input, Output> {
    first
  }

  public static func buildPartialBlock<Output>(first: Regrouped<Never, Output>) -> Segment<Never, Output> {
    Segment(first.pipelinePlan)
  }

  /// The only line of a branch of an `if`.
  public static func buildPartialBlock<Input, Output>(first: Regrouped<Input, Output>) -> Regrouped<Input, Output> {
    first
  }

  public static func buildPartialBlock<Input, Middle, Output>(
    accumulated: Segment<Input, Middle>, next: Segment<Middle, Output>
  ) -> Segment<Input, Output> {
    Segment(accumulated.pipelinePlan.followed(by: next.pipelinePlan))
  }

  /// Behind a source: what does not give one output for each input.
  public static func buildPartialBlock<Middle, Output>(
    accumulated: Segment<Never, Middle>, next: Regrouped<Middle, Output>
  ) -> Segment<Never, Output> {
    Segment(accumulated.pipelinePlan.followed(by: next.pipelinePlan))
  }

  public static func buildEither<Input, Output>(first: Segment<Input, Output>) -> Segment<Input, Output> { first }

  public static func buildEither<Input, Output>(second: Segment<Input, Output>) -> Segment<Input, Output> { second }

  public static func buildEither<Input, Output>(first: Regrouped<Input, Output>) -> Regrouped<Input, Output> { first }

  public static func buildEither<Input, Output>(second: Regrouped<Input, Output>) -> Regrouped<Input, Output> {
    second
  }

  /// A line under an `if` without `else` gives what it takes; left out, elements pass unchanged.
  public static func buildOptional<Element>(_ segment: Segment<Element, Element>?) -> Segment<Element, Element> {
    segment ?? Segment(PipelinePlan([]))
  }

  public static func buildOptional<Element>(_ part: Regrouped<Element, Element>?) -> Regrouped<Element, Element> {
    part ?? Regrouped(PipelinePlan([]))
  }
}

/// Ties parts that give one output for each input, each line's output type to the next one's input type.
@resultBuilder
public enum ChainBuilder {
  public static func buildExpression<Part: ChainPart>(_ part: Part) -> Segment<Part.Input, Part.Output> {
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
