/// Which running average of the weights is kept beside them: `a ← a + share·(w − a)` with a share of 1 − ``decay``.
///
/// ```swift
/// configuration.average = Averaging(decay: 0.9999)
/// ```
/// The average begins as the weights before the first step.
/// - Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; VideoMAE's `ModelEma`
///   after each update, mmcv's `EMAHook` after each batch.
public struct Averaging: Sendable, Equatable {
  /// When the average moves.
  public enum Interval: String, Sendable, CaseIterable {
    /// With each optimizer step.
    case update
    /// With each batch, also those that only add to the gradients of a step.
    case micro
  }

  /// How much of the average stays each time, 0 ..< 1; 0 keeps none, for it would be the weights themselves.
  public var decay: Double
  /// When the average moves.
  public var every: Interval
  /// A limit that rises: move number i, from 0, has at most the share (1 + i) / (`ramp` + i); 0 sets none.
  /// - Source: mmcv 1.3, `EMAHook` (`warm_up`).
  public var ramp: Int

  /// An average with a decay.
  public init(decay: Double, every: Interval = .update, ramp: Int = 0) {
    self.decay = decay
    self.every = every
    self.ramp = ramp
  }

  /// No average.
  public static let none = Averaging(decay: 0)

  /// Whether there is an average at all.
  public var isKept: Bool { decay > 0 }

  /// The share of the weights in move number `index`, from 0.
  public func share(ofMove index: Int) -> Double {
    ramp > 0 ? min(1 - decay, (1 + Double(index)) / (Double(ramp) + Double(index))) : 1 - decay
  }
}
