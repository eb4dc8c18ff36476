public import SluiceCheckpoints
public import SluiceNN
internal import SluiceTensor

extension TrainableState {
  /// Takes parameters and optimizer memory from a checkpoint.
  /// - Returns: what became of the average of the weights, if state and optimizer differ in whether one is kept.
  /// - Throws: ``RunError`` if names or shapes are not the model's, or a number is not finite; an error of the optimizer's state.
  @discardableResult
  public func restore(_ state: TrainingState) throws -> AverageChange? {
    let wrong = state.parameters.filter { !$0.value.squaredNorm.isFinite }.keys.sorted()
    guard wrong.isEmpty else {
      throw RunError(
        .resume,
        "NaN or infinite numbers in \(LoadReport.listing(wrong)) of the checkpoint: the run had failed when it was "
          + "written. Remove it, and resume from an earlier one.")
    }
    do {
      try parameters.load(state.parameters, mode: .exact)
    } catch {
      throw RunError(.resume, "the checkpoint is of another model: \(error) Resume with the model of the checkpoint.")
    }
    return try optimizer.restore(state.optimizer)
  }
}
