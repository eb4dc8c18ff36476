public import SluiceData
public import SluiceFlow
internal import SluiceTensor

/// Says how wrong a network's prediction is.
///
/// ```swift
/// Loss(HOGObjective())
/// ```
public struct Loss<Goal: Objective>: Stage {
  public let objective: Goal

  /// The loss of a masked objective.
  public init(_ objective: Goal) {
    self.objective = objective
  }

  /// - Throws: an error that prints both shapes if prediction and targets do not fit.
  public func callAsFunction(
    _ prediction: Prediction<MaskedSample<Goal.Target>>, context: ElementContext
  ) throws -> BatchLoss {
    let value = try objective.loss(of: prediction.values, for: prediction.batch)
    return BatchLoss(value: value, parameters: prediction.parameters, sampleCount: prediction.batch.count)
  }
}
