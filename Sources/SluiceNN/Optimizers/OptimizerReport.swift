/// What one update did.
public struct OptimizerReport: Sendable, Equatable {
  /// The schedule's rate; a group's is this times its factor.
  public var learningRate: Double
  /// The joint L2 norm of all gradients before clipping.
  public var gradientNorm: Double

  /// An update at a rate, for gradients of a norm.
  public init(learningRate: Double, gradientNorm: Double) {
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
  }
}

/// A number that makes an update impossible; nothing has been changed.
public struct OptimizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is not finite.
  public enum Cause: Sendable, Equatable {
    /// A gradient, by its parameter's checkpoint name.
    case gradient(String)
    /// The learning rate of a step, from 1.
    case rate(Double, step: Int)
    /// The weight decay of a step, from 1.
    case decay(Double, step: Int)
  }

  /// What is not finite.
  public let cause: Cause

  init(_ cause: Cause) {
    self.cause = cause
  }

  /// The checkpoint name of the parameter whose gradient is not finite, if that is the cause.
  public var parameter: String? {
    if case .gradient(let name) = cause { name } else { nil }
  }

  /// What may help.
  public var advice: String {
    switch cause {
    case .gradient: "Lower the learning rate (peak) or limit gradients (clip)."
    case .rate: "Correct the schedule: peak, minimum, warmup."
    case .decay: "Correct weightDecay."
    }
  }

  public var description: String {
    switch cause {
    case .gradient(let name):
      "the gradient of \(name) is not finite"
    case .rate(let rate, let step):
      "the learning rate of step \(step) is \(rate), a finite one is wanted"
    case .decay(let decay, let step):
      "the weight decay of step \(step) is \(decay), a finite one is wanted"
    }
  }
}
