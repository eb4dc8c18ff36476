public import SluiceCheckpoints

extension TrainableState {
  /// Takes parameters and optimizer memory from a checkpoint.
  /// - Throws: ``RunError`` if names or shapes are not the model's; an error of the optimizer's state.
  public func restore(_ state: TrainingState) throws {
    do {
      try parameters.load(state.parameters, mode: .exact)
    } catch {
      throw RunError(.resume, "the checkpoint is of another model: \(error) Resume with the model of the checkpoint.")
    }
    try optimizer.restore(state.optimizer)
  }
}
