/// The learning rate of each step of a run.
///
/// ```swift
/// Optimize(model.parameters, .adamW(.cosine(peak: 8e-4, warmup: 5)))
/// ```
/// A parameter group's rate is the schedule's times the group's factor. For finite settings the rate is a number,
/// whatever the lengths of warm-up and run: where warm-up is as long as the run or longer, the run is all warm-up.
public struct Schedule: Sendable, Equatable {
  /// How often a rate is chosen.
  public enum Interval: String, Sendable, CaseIterable {
    /// Once an epoch.
    case epoch
    /// At each optimizer step.
    case step
    /// At each batch, also of those that only add to the gradients of a step.
    case batch
  }

  /// A setting that some schedules have and others do not.
  public enum Field: String, Sendable, CaseIterable {
    case warmup
    case start
    case minimum
    case milestones
    case factor
    case warmupRatio
  }

  enum Shape: Equatable {
    case constant
    case cosine(Interval)
    case multistep
    case fractionalCosine
    case tableCosine
    case scaledCosine(Interval)
  }

  let shape: Shape
  /// The rate after warm-up.
  public var peak: Double
  /// How long the rate rises to ``peak``.
  public var warmup: Warmup
  /// The rate before the first step of warm-up, where the schedule has one.
  public var start: Double
  /// The rate the schedule falls to.
  public var minimum: Double
  /// The epochs at whose beginning the rate is multiplied by ``factor``, where the schedule has any.
  public var milestones: EpochList
  /// What the rate is multiplied by at each of ``milestones``.
  public var factor: Double
  /// The share of the schedule's rate that warm-up begins with, where warm-up scales it.
  public var warmupRatio: Double
  /// Batches between two changes of the rate: with 10 it changes with the first batch of an epoch, the 10th, the 20th and
  /// so on, and stays in between.
  /// - Source: BIKE, its training loop.
  public var refreshInterval: Int = 1

  private init(
    _ shape: Shape, peak: Double, warmup: Warmup = .none, start: Double = 0, minimum: Double = 0,
    milestones: EpochList = [], factor: Double = 0.1, warmupRatio: Double = 0
  ) {
    self.shape = shape
    self.peak = peak
    self.warmup = warmup
    self.start = start
    self.minimum = minimum
    self.milestones = milestones
    self.factor = factor
    self.warmupRatio = warmupRatio
  }

  /// The settings that change this schedule's rates, besides ``peak`` and ``refreshInterval``.
  public var fields: Set<Field> {
    switch shape {
    case .constant: [.warmup]
    case .cosine: [.warmup, .minimum]
    case .multistep: [.warmup, .start, .milestones, .factor]
    case .fractionalCosine, .tableCosine: [.warmup, .start, .minimum]
    case .scaledCosine: [.warmup, .minimum, .warmupRatio]
    }
  }

  /// The same rate throughout, after warm-up.
  public static func constant(_ rate: Double, warmup: Warmup = .none) -> Schedule {
    Schedule(.constant, peak: rate, warmup: warmup)
  }

  /// Linear warm-up, then half a cosine that reaches `minimum` in the last interval.
  ///
  /// The first interval already has a rate above 0; with `minimum: 0` the last one has rate 0, be it a step or an epoch.
  /// - Source: VideoTransformer-pytorch, `get_cosine_schedule_with_warmup`.
  public static func cosine(
    peak: Double, warmup: Warmup = .fraction(0.1), minimum: Double = 0, per interval: Interval = .step
  ) -> Schedule {
    Schedule(.cosine(interval), peak: peak, warmup: warmup, minimum: minimum)
  }

  /// A rate that is multiplied by `factor` at each of the epochs in `milestones`, after a line from `start` to `rate`
  /// over the fractional epochs of warm-up.
  /// - Source: VideoTransformer-pytorch; with warm-up, BIKE `lr_scheduler`.
  public static func multistep(
    _ rate: Double, milestones: EpochList, factor: Double = 0.1, warmup: Warmup = .none, start: Double = 0
  ) -> Schedule {
    Schedule(.multistep, peak: rate, warmup: warmup, start: start, milestones: milestones, factor: factor)
  }

  /// A cosine of the fractional epoch over the whole run, with a line from `start` to its value at the end of warm-up.
  /// - Source: SlowFast, `lr_policy`; with `start` and `minimum` 0, BIKE `lr_scheduler`.
  public static func fractionalCosine(
    peak: Double, warmup: Warmup, start: Double = 1e-6, minimum: Double = 1e-6
  ) -> Schedule {
    Schedule(.fractionalCosine, peak: peak, warmup: warmup, start: start, minimum: minimum)
  }

  /// One value a step: `start`…`peak` with both ends during warm-up, then half a cosine that begins at `peak` again and
  /// ends one step short of `minimum`.
  /// - Source: VideoMAE, `cosine_scheduler`.
  public static func tableCosine(
    peak: Double, warmup: Warmup, start: Double = 0, minimum: Double
  ) -> Schedule {
    Schedule(.tableCosine, peak: peak, warmup: warmup, start: start, minimum: minimum)
  }

  /// Half a cosine over the whole run, its rates during warm-up multiplied by a factor that rises from `warmupRatio`
  /// toward 1 with each batch.
  ///
  /// - Parameter interval: what the cosine is taken of: batches, or epochs, where a warm-up that ends between two batches
  ///   holds its last rate until the epoch ends.
  /// - Source: mmcv 1.3, `CosineAnnealingLrUpdaterHook` with linear warm-up; BEVT's configurations.
  public static func scaledCosine(
    peak: Double, warmup: Warmup, warmupRatio: Double = 0.1, minimum: Double = 0, per interval: Interval = .batch
  ) -> Schedule {
    Schedule(.scaledCosine(interval), peak: peak, warmup: warmup, minimum: minimum, warmupRatio: warmupRatio)
  }

  /// This schedule with a rate that changes with every `interval`th batch of an epoch only; see ``refreshInterval``.
  public func refreshed(every interval: Int) -> Schedule {
    var schedule = self
    schedule.refreshInterval = interval
    return schedule
  }
}
