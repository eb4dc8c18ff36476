internal import Glibc

/// The learning rate of each step of a run.
///
/// ```swift
/// Optimize(.adamW(.cosine(peak: 8e-4, warmup: 5)))
/// ```
/// A parameter group's rate is the schedule's times the group's factor.
public struct Schedule: Sendable, Equatable {
  /// How often a rate is chosen.
  public enum Interval: Sendable, Equatable {
    /// Once an epoch.
    case epoch
    /// At each optimiser step.
    case step
  }

  private enum Shape: Equatable {
    case constant
    case cosine(Interval)
    case multistep(milestones: [Int], factor: Double)
    case fractionalCosine
    case tableCosine
  }

  private let shape: Shape
  /// The rate after warm-up.
  public var peak: Double
  /// How long the rate rises to ``peak``.
  public var warmup: Warmup
  /// The rate before the first step of warm-up, where the schedule has one.
  public var start: Double
  /// The rate the schedule falls to.
  public var minimum: Double

  private init(_ shape: Shape, peak: Double, warmup: Warmup = .none, start: Double = 0, minimum: Double = 0) {
    self.shape = shape
    self.peak = peak
    self.warmup = warmup
    self.start = start
    self.minimum = minimum
  }

  /// The same rate throughout, after warm-up.
  public static func constant(_ rate: Double, warmup: Warmup = .none) -> Schedule {
    Schedule(.constant, peak: rate, warmup: warmup)
  }

  /// Linear warm-up, then half a cosine that reaches `minimum` in the last interval.
  ///
  /// The first interval already has a rate above 0; with `minimum: 0` the last one has rate 0.
  /// - Source: VideoTransformer-pytorch, `get_cosine_schedule_with_warmup`.
  public static func cosine(
    peak: Double, warmup: Warmup = 5, minimum: Double = 0, per interval: Interval = .epoch
  ) -> Schedule {
    Schedule(.cosine(interval), peak: peak, warmup: warmup, minimum: minimum)
  }

  /// A rate that is multiplied by `factor` at each of the epochs in `milestones`.
  public static func multistep(_ rate: Double, milestones: [Int], factor: Double = 0.1) -> Schedule {
    Schedule(.multistep(milestones: milestones, factor: factor), peak: rate)
  }

  /// A cosine of the fractional epoch over the whole run, with a line from `start` to its value at the end of warm-up.
  /// - Source: SlowFast, `lr_policy`.
  public static func fractionalCosine(
    peak: Double, warmup: Warmup, start: Double = 1e-6, minimum: Double = 1e-6
  ) -> Schedule {
    Schedule(.fractionalCosine, peak: peak, warmup: warmup, start: start, minimum: minimum)
  }

  /// One value a step: `start`…`peak` with both ends during warm-up, then half a cosine that ends one step short of
  /// `minimum`.
  /// - Source: VideoMAE, `cosine_scheduler`.
  public static func tableCosine(
    peak: Double, warmup: Warmup, start: Double = 0, minimum: Double
  ) -> Schedule {
    Schedule(.tableCosine, peak: peak, warmup: warmup, start: start, minimum: minimum)
  }

  /// The rate of the step that `progress` is about to take.
  public func rate(at progress: TrainingProgress) -> Double {
    switch shape {
    case .constant:
      let length = warmup.steps(in: progress)
      return progress.step < length ? peak * Double(progress.step + 1) / Double(length) : peak
    case .cosine(let interval):
      return cosine(progress, per: interval)
    case .multistep(let milestones, let factor):
      return milestones.reduce(peak) { progress.epoch >= $1 ? $0 * factor : $0 }
    case .fractionalCosine:
      return fractionalCosine(progress.epochProgress, progress.totalEpochs, rise: warmup.epochs(in: progress))
    case .tableCosine:
      return tableCosine(progress)
    }
  }

  /// The rate of a fractional-cosine schedule, which does not depend on the steps of an epoch.
  package func rate(atEpoch epoch: Double, of epochs: Double) -> Double {
    rate(at: TrainingProgress(step: 0, of: 1, epochProgress: epoch, of: epochs))
  }

  private func cosine(_ progress: TrainingProgress, per interval: Interval) -> Double {
    let position: Double
    let rise: Double
    let end: Double
    switch interval {
    case .epoch:
      (position, rise, end) = (Double(progress.epoch + 1), warmup.epochs(in: progress), Double(progress.epochs))
    case .step:
      (position, rise, end) = (
        Double(progress.step + 1), Double(warmup.steps(in: progress)), Double(progress.totalSteps)
      )
    }
    if position <= rise { return peak * position / max(1, rise) }
    let fall = min((position - rise) / max(1, end - rise), 1)
    return (peak - minimum) * (1 + cos(.pi * fall)) / 2 + minimum
  }

  private func fractionalCosine(_ epoch: Double, _ epochs: Double, rise: Double) -> Double {
    func fall(_ position: Double) -> Double {
      minimum + (peak - minimum) * (cos(.pi * (position - rise) / (epochs - rise)) + 1) / 2
    }
    return epoch < rise ? start + (fall(rise) - start) * epoch / rise : fall(epoch)
  }

  private func tableCosine(_ progress: TrainingProgress) -> Double {
    let rise = warmup.steps(in: progress)
    if progress.step < rise {
      return rise == 1 ? start : start + (peak - start) * Double(progress.step) / Double(rise - 1)
    }
    let fall = Double(progress.step - rise) / Double(max(progress.totalSteps - rise, 1))
    return minimum + (peak - minimum) * (1 + cos(.pi * fall)) / 2
  }
}
