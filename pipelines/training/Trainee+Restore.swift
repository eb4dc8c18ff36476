public import SluiceCheckpoints

extension Trainee {
  /// Takes parameters and optimiser memory from a checkpoint.
  /// - Throws: ``RunError`` if names or shapes are not the model's; an error of the optimiser's state.
  public func restore(_ state: TrainingState) throws {
    do {
      try parameters.load(state.parameters, mode: .exact)
    } catch {
      throw RunError(.resume, "the checkpoint is of another model: \(error) Resume with the model of the checkpoint.")
    }
    try optimizer.restore(state.optimizer)
  }
}
