public import SluiceFlow
internal import SluiceNN
internal import SluiceTensor
public import SluiceTraining

/// Runs a network on a batch to see what it predicts: without gradients and without random decisions.
///
/// ```swift
/// Evaluate(classifier)   // LabeledBatch → Prediction<LabeledBatch, Tensor>
/// ```
public struct Evaluate<Model: TrainingModel>: Stage {
  public let model: Model

  public init(_ model: Model) {
    self.model = model
  }

  /// - Throws: an error that prints both shapes if the batch does not fit the network.
  public func callAsFunction(
    _ batch: Model.Batch, context: ElementContext
  ) throws -> Prediction<Model.Batch, Model.Output> {
    Prediction(batch: batch, output: try withoutGradients { try model(batch, .evaluation) })
  }
}
