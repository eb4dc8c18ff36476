internal import SluiceCheckpoints
internal import SluiceNN

extension SavedCheckpoint {
  /// - Throws: ``RunError`` if its steps are batches of which several made an update: the schedule, the log and gradients that
  ///   were under way cannot be carried over.
  func requireSteps() throws(RunError) {
    guard position.stepUnit == nil else { return }
    let values = RunConfiguration.settings(in: configuration)
    let accumulation = values.first { $0.key.hasSuffix(".accumulation") && $0.value != "1" }
    guard let accumulation else { return }
    throw RunError(
      .resume,
      "\(path) was written by a version before 0.1.0, which counted each of the \(accumulation.value) batches of an update "
        + "(\(accumulation.key)) as a step; steps are updates now. Finish the run with the version that began it, or begin "
        + "a new one with its weights: --from \(path).")
  }
}

extension AverageChange {
  /// What becomes of the average, behind the name of the checkpoint.
  var sentence: String {
    switch self {
    case .begun: "has no averaged weights: their average begins anew with the weights as they are there."
    case .dropped: "has averaged weights, and this run keeps none: they are left out."
    }
  }

  /// What to do where that is not wanted.
  var remedy: String {
    switch self {
    case .begun: "Resume without optimize.average, or go on by --allow-change."
    case .dropped: "Resume with the optimize.average of the run, or go on by --allow-change."
    }
  }
}
