public import SluiceFlow
public import SluiceNN
internal import SluiceTraining

/// What training changes: a model's parameters, and the optimiser's memory of them.
public struct Trainee: Sendable {
  public let parameters: ParameterStore
  public let optimizer: Optimizer

  /// Finds what a pipeline trains: the network of its forward stage and the optimiser of its optimising one.
  /// - Throws: ``RunError`` if it has none or several.
  public init<Output>(of pipeline: Pipeline<Output>) throws(RunError) {
    let networks = pipeline.stages.compactMap { $0 as? any HoldsParameters }
    let optimizers = pipeline.stages.compactMap { $0 as? any HoldsOptimizer }
    guard networks.count == 1, optimizers.count == 1 else {
      throw RunError(
        .configuration,
        "\(pipeline.name): \(networks.count) stages with a network and \(optimizers.count) that optimise; training wants "
          + "one of each.")
    }
    parameters = networks[0].parameters
    optimizer = optimizers[0].optimizer(of: parameters)
  }
}
