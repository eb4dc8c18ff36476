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
  public let metrics: [String: Double]

  public init(
    step: Int, epoch: Int, loss: Double, learningRate: Double, gradientNorm: Double, sampleCount: Int,
    metrics: [String: Double] = [:]
  ) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.sampleCount = sampleCount
    self.metrics = metrics
  }
}
