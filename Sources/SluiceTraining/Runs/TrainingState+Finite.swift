internal import SluiceCheckpoints
internal import SluiceTensor

extension TrainingState {
  /// - Throws: ``RunError`` that names a parameter or a moment which is not finite: no run can go on from it.
  func requireFinite(in directory: RunDirectory) throws(RunError) {
    let tensors = parameters.sorted { $0.key < $1.key } + optimizer.sorted { $0.key < $1.key }
    guard let (name, _) = tensors.first(where: { !$0.value.squaredNorm.isFinite }) else { return }
    throw RunError(
      .weights,
      "step \(position.step): \(name) is not finite after the update, so no checkpoint was written of it. Go on from the "
        + "last one in \(directory.checkpoints) with a lower peak or with clip.")
  }
}
