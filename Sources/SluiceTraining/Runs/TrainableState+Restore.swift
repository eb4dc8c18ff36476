public import SluiceCheckpoints
public import SluiceNN

extension TrainableState {
  /// Takes parameters and optimizer memory from a checkpoint.
  /// - Returns: what became of the average of the weights, if state and optimizer differ in whether one is kept.
  /// - Throws: ``RunError`` if names or shapes are not the model's; an error of the optimizer's state.
  @discardableResult
  public func restore(_ state: TrainingState) throws -> AverageChange? {
    do {
      try parameters.load(state.parameters, mode: .exact)
    } catch {
      throw RunError(.resume, "the checkpoint is of another model: \(error) Resume with the model of the checkpoint.")
    }
    return try optimizer.restore(state.optimizer)
  }
}
