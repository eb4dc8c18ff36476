/// Which optimizer trains, with its schedule and constants.
///
/// ```swift
/// Optimize(model.parameters, .adamW(.cosine(peak: 8e-4, warmup: 5)))
/// Optimize(
///   model.parameters, .sgd(.cosine(peak: 0.00125, minimum: 1e-6), weightDecay: 1e-4, clip: .global(1)))
/// ```
public struct OptimizerConfiguration: Sendable, Equatable {
  /// The rule of an update.
  public enum Algorithm: Sendable, Equatable {
    /// Adam with decoupled weight decay.
    /// - Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    case adamW(firstBeta: Double, secondBeta: Double, epsilon: Double)
    /// Adam with weight decay added to the gradient.
    /// - Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
    case adam(firstBeta: Double, secondBeta: Double, epsilon: Double)
    /// Momentum, by default Nesterov's, with weight decay added to the gradient.
    case sgd(momentum: Double, nesterov: Bool)

    /// Numbers that are remembered for each of a parameter's.
    package var momentCount: Int {
      switch self {
      case .adamW, .adam: 2
      case .sgd: 1
      }
    }
  }

  /// The rule of an update.
  public var algorithm: Algorithm
  /// The learning rate of each step.
  public var schedule: Schedule
  /// The weight decay of each epoch.
  public var weightDecay: DecaySchedule
  /// How gradients are limited.
  public var clip: Clipping
  /// How parameters are divided among groups.
  public var groups: GroupRules
  /// Which average of the weights is kept.
  public var average: Averaging = .none

  /// AdamW.
  public static func adamW(
    _ schedule: Schedule, weightDecay: DecaySchedule = 0.05, betas: (Double, Double) = (0.9, 0.999),
    epsilon: Double = 1e-8, clip: Clipping = .none, groups: GroupRules = .plain
  ) -> OptimizerConfiguration {
    OptimizerConfiguration(
      algorithm: .adamW(firstBeta: betas.0, secondBeta: betas.1, epsilon: epsilon), schedule: schedule,
      weightDecay: weightDecay, clip: clip, groups: groups)
  }

  /// Adam, whose weight decay is part of the gradient.
  public static func adam(
    _ schedule: Schedule, weightDecay: DecaySchedule = 0, betas: (Double, Double) = (0.9, 0.999),
    epsilon: Double = 1e-8, clip: Clipping = .none, groups: GroupRules = .plain
  ) -> OptimizerConfiguration {
    OptimizerConfiguration(
      algorithm: .adam(firstBeta: betas.0, secondBeta: betas.1, epsilon: epsilon), schedule: schedule,
      weightDecay: weightDecay, clip: clip, groups: groups)
  }

  /// Stochastic gradient descent with momentum.
  public static func sgd(
    _ schedule: Schedule, weightDecay: DecaySchedule = 0.05, momentum: Double = 0.9, nesterov: Bool = true,
    clip: Clipping = .none, groups: GroupRules = .plain
  ) -> OptimizerConfiguration {
    OptimizerConfiguration(
      algorithm: .sgd(momentum: momentum, nesterov: nesterov), schedule: schedule, weightDecay: weightDecay, clip: clip,
      groups: groups)
  }
}
