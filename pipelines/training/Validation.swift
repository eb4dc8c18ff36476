internal import SluiceCheckpoints

/// What a run is judged by between its epochs.
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

  /// The checkpoint that stays however old it is.
  static let best = BestCheckpoint.highest("val_top1")
}
