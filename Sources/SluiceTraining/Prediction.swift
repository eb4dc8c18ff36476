public import SluiceNN
public import SluiceTensor

/// A batch and what a network predicts for it.
public struct Prediction<Sample: Sendable>: Sendable {
  public let batch: [Sample]
  /// The network's output; gradients flow back from it.
  public let values: Tensor
  /// What it was computed from.
  public let parameters: ParameterStore

  public init(batch: [Sample], values: Tensor, parameters: ParameterStore) {
    self.batch = batch
    self.values = values
    self.parameters = parameters
  }
}

/// How wrong a prediction is.
public struct BatchLoss: Sendable {
  /// One number; gradients flow back from it.
  public let value: Tensor
  /// What it was computed from.
  public let parameters: ParameterStore
  /// Samples in the batch.
  public let sampleCount: Int
  /// What else is known of the prediction, such as `top1`.
  public let metrics: [String: Double]

  public init(value: Tensor, parameters: ParameterStore, sampleCount: Int, metrics: [String: Double] = [:]) {
    self.value = value
    self.parameters = parameters
    self.sampleCount = sampleCount
    self.metrics = metrics
  }
}

/// A stage with a network inside, whose parameters a trainer saves and loads.
public protocol HoldsParameters: Sendable {
  var parameters: ParameterStore { get }
}

/// A stage that trains a network, whose optimiser a trainer saves and loads.
public protocol HoldsOptimizer: Sendable {
  /// The optimiser of `parameters`; the same one at every call.
  func optimizer(of parameters: ParameterStore) -> Optimizer
}
