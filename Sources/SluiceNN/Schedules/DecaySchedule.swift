internal import Glibc

/// The weight decay of each epoch: half a cosine from one value to another.
/// - Source: VideoTransformer-pytorch, `model_trainer`.
public struct DecaySchedule: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// Which parameter groups follow the schedule; the others keep ``start``.
  public enum Scope: Sendable, Equatable {
    /// Each group that decays at all.
    case decayingGroups
    /// Only group number 1, as VideoTransformer-pytorch does.
    case groupOne
  }

  /// The decay of the first epoch.
  public var start: Double
  /// What the decay moves to.
  public var end: Double
  /// Which groups follow.
  public var scope: Scope

  /// The same decay throughout.
  public static func constant(_ value: Double) -> DecaySchedule { DecaySchedule(from: value, to: value) }

  /// Half a cosine over the epochs of the run.
  public static func cosine(from start: Double, to end: Double, scope: Scope = .decayingGroups) -> DecaySchedule {
    DecaySchedule(from: start, to: end, scope: scope)
  }

  private init(from start: Double, to end: Double, scope: Scope = .decayingGroups) {
    self.start = start
    self.end = end
    self.scope = scope
  }

  public init(floatLiteral value: Double) { self = .constant(value) }

  public init(integerLiteral value: Int) { self = .constant(Double(value)) }

  /// The decay of the epoch that `progress` is in.
  public func value(at progress: TrainingProgress) -> Double {
    guard start != end else { return start }
    return end - (end - start) * (cos(.pi * Double(progress.epoch) / Double(progress.epochs)) + 1) / 2
  }

  /// The decay of group number `number`, which decays by `factor` of what others do.
  func value(at progress: TrainingProgress, group number: Int, factor: Double) -> Double {
    guard factor != 0 else { return 0 }
    return factor * (scope == .decayingGroups || number == 1 ? value(at: progress) : start)
  }
}
