public import SluiceCheckpoints

extension Trainee {
  /// Takes parameters and optimiser memory from a checkpoint.
  /// - Throws: ``RunError`` if names or shapes are not the model's; an error of the optimiser's state.
  public func restore(_ state: TrainingState) throws {
    let declared = Set(parameters.declarations.map(\.name))
    let stored = Set(state.parameters.keys)
    guard declared == stored else {
      let missing = declared.subtracting(stored).sorted()
      let unknown = stored.subtracting(declared).sorted()
      throw RunError(
        .resume,
        "the checkpoint is of another model: \(missing.count) parameters are missing (\(missing.first ?? "none")), "
          + "\(unknown.count) are unknown (\(unknown.first ?? "none")). Resume with the model of the checkpoint.")
    }
    for parameter in parameters.parameters {
      if let value = state.parameters[parameter.name] { try parameter.assign(value) }
    }
    try optimizer.restore(state.optimizer)
  }
}
