public import SluiceFlow
public import SluiceTraining

/// Says how wrong a network's output is, and sends the gradients of that back through it.
///
/// ```swift
/// Loss(HOGObjective())
/// Loss(CrossEntropy(smoothing: 0.1))
/// ```
/// Two nodes of the graph: `loss`, and `backward` behind it, so that a profile shows what each of them costs.
public struct Loss<Batch: Sendable, Prediction: Sendable>: ChainPart {
  public typealias Input = SluiceTraining.Prediction<Batch, Prediction>
  public typealias Output = StepLoss
  public let pipelinePlan: PipelinePlan

  /// The losses of `objective`.
  public init(_ objective: some Objective<Batch, Prediction>) {
    pipelinePlan =
      Segment {
        ObjectiveStage(objective: objective).named("loss")
        Backward()
      }.pipelinePlan
  }
}

/// Computes the losses of an output.
private struct ObjectiveStage<Goal: Objective>: Stage {
  let objective: Goal

  /// - Throws: an error that prints both shapes if output and batch do not fit.
  func callAsFunction(_ prediction: Prediction<Goal.Batch, Goal.Output>, context: ElementContext) throws -> LossTerms {
    try objective.loss(of: prediction.output, for: prediction.batch)
  }
}
