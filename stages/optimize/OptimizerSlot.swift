internal import SluiceNN
internal import SluicePlatform

/// Holds the optimiser that a stage makes when it is first needed.
final class OptimizerSlot: Sendable {
  private let made = Lock<Optimizer?>(nil)

  /// The optimiser, made of `configuration` at the first call.
  func optimizer(_ configuration: OptimizerConfiguration, of parameters: ParameterStore) -> Optimizer {
    made.withLock { made in
      if let made { return made }
      let optimizer = Optimizer(configuration, store: parameters)
      made = optimizer
      return optimizer
    }
  }
}
