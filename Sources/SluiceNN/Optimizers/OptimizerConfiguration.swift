/// Which optimiser trains, with its schedule and constants.
///
/// ```swift
/// Optimize(.adamW(.cosine(peak: 8e-4, warmup: 5)))
/// Optimize(.sgd(.cosine(peak: 0.00125, minimum: 1e-6), weightDecay: 1e-4, clip: .global(1)))
/// ```
public struct OptimizerConfiguration: Sendable, Equatable {
  /// The rule of an update.
  public enum Algorithm: Sendable, Equatable {
    /// Adam with decoupled weight decay.
    /// - Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    case adamW(firstBeta: Double, secondBeta: Double, epsilon: Double)
    /// Momentum, by default Nesterov's, with weight decay added to the gradient.
    case sgd(momentum: Double, nesterov: Bool)
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
  public var groups: GroupRule

  /// AdamW.
  public static func adamW(
    _ schedule: Schedule, weightDecay: DecaySchedule = 0.05, betas: (Double, Double) = (0.9, 0.999),
    epsilon: Double = 1e-8, clip: Clipping = .none, groups: GroupRule = .plain
  ) -> OptimizerConfiguration {
    OptimizerConfiguration(
      algorithm: .adamW(firstBeta: betas.0, secondBeta: betas.1, epsilon: epsilon), schedule: schedule,
      weightDecay: weightDecay, clip: clip, groups: groups)
  }

  /// Stochastic gradient descent with momentum.
  public static func sgd(
    _ schedule: Schedule, weightDecay: DecaySchedule = 0.05, momentum: Double = 0.9, nesterov: Bool = true,
    clip: Clipping = .none, groups: GroupRule = .plain
  ) -> OptimizerConfiguration {
    OptimizerConfiguration(
      algorithm: .sgd(momentum: momentum, nesterov: nesterov), schedule: schedule, weightDecay: weightDecay, clip: clip,
      groups: groups)
  }
}

/// How gradients are limited before an update.
public struct Clipping: Sendable, Equatable, LosslessStringConvertible {
  private enum Kind: Equatable {
    case none
    case each(Double)
    case global(Double)
  }

  private let kind: Kind

  /// Gradients are used as they are.
  public static let none = Clipping(kind: .none)

  /// Each parameter's gradient is scaled down to an L2 norm of at most `norm` on its own.
  public static func perTensor(_ norm: Double) -> Clipping { Clipping(kind: .each(norm)) }

  /// All gradients are scaled down together to a joint L2 norm of at most `norm`.
  public static func global(_ norm: Double) -> Clipping { Clipping(kind: .global(norm)) }

  private init(kind: Kind) {
    self.kind = kind
  }

  /// Reads `none`, `global 1` or `each 0.02`; a bare number is `each`.
  public init?(_ description: String) {
    let words = description.split(separator: " ")
    if words == ["none"] || words == ["0"] {
      self = .none
      return
    }
    guard let last = words.last, let norm = Double(last), norm > 0, norm.isFinite else { return nil }
    switch words.dropLast() {
    case [], ["each"]: self = .perTensor(norm)
    case ["global"]: self = .global(norm)
    default: return nil
    }
  }

  public var description: String {
    switch kind {
    case .none: "none"
    case .each(let norm): "each \(norm)"
    case .global(let norm): "global \(norm)"
    }
  }

  /// What a gradient of L2 norm `own` is multiplied by, `total` being the joint norm of all gradients.
  func factor(own: Double, total: Double) -> Double {
    switch kind {
    case .none: 1
    case .each(let norm): min(1, norm / (own + 1e-6))
    case .global(let norm): min(1, norm / (total + 1e-6))
    }
  }
}
