public import SluiceData
public import SluiceFlow
public import SluiceNN

/// Runs a network forward on a batch, recording what gradients need.
public struct Forward<Model: TrainingModel>: Stage, HoldsParameters {
  public let model: Model

  public init(_ model: Model) {
    self.model = model
  }

  public var parameters: ParameterStore { model.parameters }

  /// - Throws: an error that prints both shapes if the batch does not fit the network.
  public func callAsFunction(_ batch: [Model.Sample], context: ElementContext) throws -> Prediction<Model.Sample> {
    let values = try model.prediction(for: batch, ForwardPass(random: context.random()))
    return Prediction(batch: batch, values: values, parameters: model.parameters)
  }
}
