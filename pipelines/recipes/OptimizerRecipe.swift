public import SluiceFlow
public import SluiceNN

/// How parameters follow the gradient: batch, rates, decay, length.
public struct OptimizerRecipe: Sendable, Equatable {
  /// The rule of an update.
  public enum Method: String, Sendable, CaseIterable {
    case adamW = "adamw"
    /// With Nesterov's momentum of 0.9.
    case sgd
  }

  /// How the learning rate changes.
  public enum Course: String, Sendable, CaseIterable {
    /// Warm-up, then half a cosine; a rate for each epoch.
    case cosine
    /// The same with a rate for each step.
    case cosineSteps
    /// A tenth at each of the milestones.
    case multistep
    case constant
    /// A cosine of the fractional epoch, as SlowFast has it.
    case fractionalCosine
    /// A table of rates for each step, as VideoMAE has it.
    case cosineTable
    /// A cosine of each batch, multiplied by a factor that rises from a tenth during warm-up, as mmcv has it.
    case scaledCosine
    /// The same with a cosine of each epoch.
    case scaledCosineEpochs
  }

  public var method: Method = .adamW
  /// The rate after warm-up for batches of 256 clips; it is scaled to the batch.
  public var learningRate: Double
  /// The rate after warm-up itself; that of ``learningRate`` if `nil`.
  public var peak: Double?
  public var course: Course = .cosine
  public var warmup: Warmup = 5
  /// What a cosine falls to.
  public var minimumRate: Double = 0
  /// Whether ``minimumRate`` is that of batches of 256 clips too, and scaled to the batch.
  public var scalesMinimum: Bool = false
  public var weightDecay: Double = 0.05
  /// AdamW's decay of its second moment.
  public var secondBeta: Double = 0.999
  /// The factor of the rate from one block to the one below it; 1 for none.
  public var layerDecay: Double = 1
  public var clip: Clipping = .none
  /// The epochs at which the rate of ``Course/multistep`` falls.
  public var milestones: EpochList = [5, 11]
  /// The running average of the weights that is kept beside them.
  public var averaging: Averaging = .none
  /// Clips of a batch.
  public var batchSize: Int = 8
  /// Batches of one update.
  public var accumulation: Int = 1
  /// Passes over the data.
  public var epochs: Int = 30
  /// The rates and decays of a network's parameters; by ``layerDecay`` alone if `nil`.
  public var groups: GroupRules?

  public init(learningRate: Double) {
    self.learningRate = learningRate
  }

  /// The rate after warm-up.
  public var resolvedPeak: Double { peak ?? learningRate * batchShare }

  /// What a cosine falls to, for this batch.
  public var resolvedMinimum: Double { scalesMinimum ? minimumRate * batchShare : minimumRate }

  /// The optimizer and its schedule.
  public var configuration: OptimizerConfiguration {
    let schedule = course.schedule(
      peak: resolvedPeak, warmup: warmup, minimum: resolvedMinimum, milestones: milestones)
    let groups = groups ?? (layerDecay == 1 ? .plain : .layerDecay(layerDecay))
    var configuration: OptimizerConfiguration =
      switch method {
      case .adamW:
        .adamW(schedule, weightDecay: .constant(weightDecay), betas: (0.9, secondBeta), clip: clip, groups: groups)
      case .sgd: .sgd(schedule, weightDecay: .constant(weightDecay), clip: clip, groups: groups)
      }
    configuration.average = averaging
    return configuration
  }

  private var batchShare: Double { Double(batchSize * accumulation) / 256 }
}

extension OptimizerRecipe.Course {
  /// The rates of a run.
  func schedule(peak: Double, warmup: Warmup, minimum: Double, milestones: EpochList) -> Schedule {
    switch self {
    case .cosine: .cosine(peak: peak, warmup: warmup, minimum: minimum, per: .epoch)
    case .cosineSteps: .cosine(peak: peak, warmup: warmup, minimum: minimum, per: .step)
    case .multistep: .multistep(peak, milestones: milestones)
    case .constant: .constant(peak, warmup: warmup)
    case .fractionalCosine: .fractionalCosine(peak: peak, warmup: warmup, minimum: minimum)
    case .cosineTable: .tableCosine(peak: peak, warmup: warmup, minimum: minimum)
    case .scaledCosine: .scaledCosine(peak: peak, warmup: warmup, minimum: minimum)
    case .scaledCosineEpochs: .scaledCosine(peak: peak, warmup: warmup, minimum: minimum, per: .epoch)
    }
  }

  /// Whether rates fall to a least one.
  var hasMinimum: Bool { self != .multistep && self != .constant }
}

extension OptimizerRecipe: Configurable {
  /// Under the groups in which users look for them.
  public static var settings: [Setting<Self>] {
    [
      Setting("recipe.method", \.method),
      Setting("recipe.learningRate", \.learningRate, in: 0...1e3)
        .applying(when: "optimize.peak is not set") { $0.peak == nil },
      Setting("recipe.course", \.course),
      Setting("batch.size", \.batchSize, in: 1...65_536),
      Setting(
        "optimize.peak", domain: .number(in: 0...1e3, isWhole: false, none: nil), read: { "\($0.resolvedPeak)" }
      ) { recipe, text in
        guard let peak = Double(text), (0...1e3).contains(peak) else {
          throw SettingError("“\(text)” is no number in 0.0...1000.0")
        }
        recipe.peak = peak
      },
      Setting("optimize.minimum", \.minimumRate, in: 0...1e3)
        .applying(when: "recipe.course is a cosine") { $0.course.hasMinimum },
      Setting("optimize.warmup", \.warmup, form: Warmup.form)
        .applying(when: "recipe.course is not multistep") { $0.course != .multistep },
      Setting("optimize.clip", \.clip, form: Clipping.form),
      Setting("optimize.weightDecay", \.weightDecay, in: 0...1e3),
      Setting("optimize.layerDecay", \.layerDecay, in: 0...1),
      Setting("optimize.accumulation", \.accumulation, in: 1...65_536),
      Setting("optimize.milestones", \.milestones, form: EpochList.form)
        .applying(when: "recipe.course is multistep") { $0.course == .multistep },
      Setting("optimize.average", \.averaging.decay, in: 0...0.999_999_999),
      Setting("optimize.averageEvery", \.averaging.every)
        .applying(when: "optimize.average is above 0") { $0.averaging.isKept }
        .applying(when: "optimize.accumulation is above 1") { $0.accumulation > 1 },
      Setting("optimize.averageRamp", \.averaging.ramp, in: 0...1_000_000_000)
        .applying(when: "optimize.average is above 0") { $0.averaging.isKept },
    ]
  }
}
