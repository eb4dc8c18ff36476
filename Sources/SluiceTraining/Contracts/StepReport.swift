internal import SluiceCheckpoints

/// What one optimizer step did.
public struct StepReport: Sendable, Equatable {
  /// Steps taken, this one included.
  public let step: Int
  /// Epoch of the batch's first sample, from 0.
  public let epoch: Int
  public let loss: Double
  /// Of the first parameter group.
  public let learningRate: Double
  /// L2 norm of all gradients before clipping.
  public let gradientNorm: Double
  /// Samples in the batch.
  public let sampleCount: Int
  /// What else the loss reports, such as `top1` of the training batch.
  public private(set) var metrics: [String: Double]
  /// For metrics that are compared with guessing: how often each answer, a number, was right.
  public let answers: [String: [Int: Int]]

  public init(
    step: Int, epoch: Int, loss: Double, learningRate: Double, gradientNorm: Double, sampleCount: Int,
    metrics: [String: Double] = [:], answers: [String: [Int: Int]] = [:]
  ) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.sampleCount = sampleCount
    self.metrics = metrics
    self.answers = answers
  }

  /// The same with what guessing reaches so far in the epoch beside each metric that is compared with it.
  func compared(with counts: inout AnswerCounts?) -> StepReport {
    guard !answers.isEmpty else { return self }
    var report = self
    var epochs = counts ?? AnswerCounts(epoch: epoch)
    for (name, share) in epochs.add(answers, epoch: epoch) { report.metrics[name + LossTerms.guessSuffix] = share }
    counts = epochs
    return report
  }
}
