public import SluiceNN

/// What training changes and a checkpoint keeps: a network's parameters, and the optimizer's memory of them.
public struct TrainableState: Sendable {
  public let parameters: ParameterStore
  public let optimizer: Optimizer

  /// The state of `parameters` under an optimizer that has made no update.
  public init(_ parameters: ParameterStore, _ configuration: OptimizerConfiguration) {
    self.parameters = parameters
    optimizer = Optimizer(configuration, store: parameters)
  }
}
