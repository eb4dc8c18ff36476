public import SluiceFlow
public import SluiceNN
internal import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// Runs a network on a batch to see what it predicts: without gradients and without random decisions.
///
/// ```swift
/// Evaluate(classifier)   // [LabelledClip] → Prediction<LabelledClip>
/// ```
public struct Evaluate<Model: TrainingModel>: Stage, HoldsParameters {
  public let model: Model

  public init(_ model: Model) {
    self.model = model
  }

  public var parameters: ParameterStore { model.parameters }

  /// - Throws: an error that prints both shapes if the batch does not fit the network.
  public func callAsFunction(_ batch: [Model.Sample], context: ElementContext) throws -> Prediction<Model.Sample> {
    let values = try withoutGradients { try model.prediction(for: batch, .evaluation) }
    return Prediction(batch: batch, values: values, parameters: model.parameters)
  }
}
