public import SluiceFlow
public import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// Says how wrong a network's prediction is.
///
/// ```swift
/// Loss(HOGObjective())
/// Loss(CrossEntropy(smoothing: 0.1))
/// ```
public struct Loss<Sample: Sendable>: Stage {
  private let compute: @Sendable (_ prediction: Tensor, _ batch: [Sample]) throws -> (Tensor, [String: Double])

  /// The loss of a masked objective.
  public init<Goal: Objective>(_ objective: Goal) where Sample == MaskedSample<Goal.Target> {
    compute = { (try objective.loss(of: $0, for: $1), [:]) }
  }

  /// The loss of a classifier.
  public init(_ crossEntropy: CrossEntropy) where Sample == LabelledClip {
    compute = { try crossEntropy.loss(of: $0, for: $1) }
  }

  /// - Throws: an error that prints both shapes if prediction and targets do not fit.
  public func callAsFunction(_ prediction: Prediction<Sample>, context: ElementContext) throws -> BatchLoss {
    let (value, metrics) = try compute(prediction.values, prediction.batch)
    return BatchLoss(
      value: value, parameters: prediction.parameters, sampleCount: prediction.batch.count, metrics: metrics)
  }
}
