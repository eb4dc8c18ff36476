/// An evaluation between the epochs of a run.
public struct Validation: Sendable {
  public let evaluation: Evaluation
  /// Epochs between two validations; the last step of the run always has one.
  public let interval: Int

  /// - Precondition: `interval` is at least 1.
  public init(_ evaluation: Evaluation, every interval: Int = 1) {
    precondition(interval > 0, "a validation every \(interval) epochs")
    self.evaluation = evaluation
    self.interval = interval
  }
}
