/// A chain that holds one element at a time, for stages that change something they share.
///
/// The next element is let in when the consumer of the pipeline asks for the next output, so between two outputs
/// nothing inside is running: parameters are never stale, and a checkpoint written there is whole. An error inside
/// ends the run.
public struct Step<Input: Sendable, Output: Sendable>: PipelinePart {
  public let pipelinePlan: PipelinePlan

  /// The parts of `content` in a row, with one element inside.
  public init(@ChainBuilder _ content: () -> Segment<Input, Output>) {
    pipelinePlan = PipelinePlan([PlanNode(step: content().pipelinePlan, Input.self, Output.self)])
  }
}
