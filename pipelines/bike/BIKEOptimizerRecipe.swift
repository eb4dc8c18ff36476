public import SluiceFlow
internal import SluiceModels
public import SluiceNN
internal import SluiceTraining

/// How the parameters of a CLIP and of the head beside it follow the gradient.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `utils/solver.py` and `utils/lr_scheduler.py`.
public struct BIKEOptimizerRecipe: Sendable, Equatable {
  /// The rule of an update.
  public enum Method: String, Sendable, CaseIterable {
    case adamW = "adamw"
    /// With a decay of 0.2 as part of the gradient, whatever the recipe says.
    case adam
    /// With momentum, but not Nesterov's.
    case sgd
  }

  /// How the learning rate changes behind its warm-up.
  public enum Course: String, Sendable, CaseIterable {
    /// Half a cosine of the fractional epoch.
    case cosine
    /// A tenth at each of the milestones.
    case multistep
  }

  public var method: Method = .adamW
  /// The head's rate after warm-up, whatever the batch.
  public var learningRate: Double = 5e-5
  /// CLIP's rate over the head's.
  public var clipRatio: Double = 0.1
  public var course: Course = .cosine
  /// How long rates rise from 0.
  public var warmup: Warmup = 5
  /// The epochs at which the rate of ``Course/multistep`` falls.
  public var milestones: EpochList = []
  /// Of every parameter that learns, biases too.
  public var weightDecay: Double = 0.2
  /// That of ``Method/sgd``.
  public var momentum: Double = 0
  /// Batches between two changes of the rate, which changes with the first batch of an epoch, too.
  public var refresh: Int = 10
  /// Videos of a batch, each of which is compared with the class of each.
  public var batchSize: Int = 256
  /// Batches of one update, each compared within itself.
  public var accumulation: Int = 1
  /// Passes over the data.
  public var epochs: Int = 30

  /// The published values.
  public init() {}

  /// The optimizer and its schedule.
  public var configuration: OptimizerConfiguration {
    let schedule: Schedule =
      switch course {
      case .cosine: .fractionalCosine(peak: learningRate, warmup: warmup, start: 0, minimum: 0)
      case .multistep: .multistep(learningRate, milestones: milestones, warmup: warmup)
      }
    let refreshed = schedule.refreshed(every: refresh)
    let groups = BIKELearning.groups(clipRatio: clipRatio)
    return switch method {
    case .adamW: .adamW(refreshed, weightDecay: .constant(weightDecay), groups: groups)
    case .adam: .adam(refreshed, weightDecay: .constant(Self.adamDecay), groups: groups)
    case .sgd:
      .sgd(refreshed, weightDecay: .constant(weightDecay), momentum: momentum, nesterov: false, groups: groups)
    }
  }

  private static let adamDecay: Double = 0.2

  /// - Throws: ``RunError`` if rates fall nowhere, or before they have risen.
  func check() throws(RunError) {
    guard course == .multistep else { return }
    guard let first = milestones.epochs.first else {
      throw RunError(
        .configuration,
        "recipe.course=multistep: there is no epoch at which the rate falls. Name some, such as --set 'optimize.milestones=8 "
          + "14', or take recipe.course=cosine.")
    }
    // Shares of a run and numbers of steps are known only with the data.
    guard let epochs = Double(warmup.description.replacing(" epochs", with: "")), Double(first) <= epochs else {
      return
    }
    throw RunError(
      .configuration,
      "optimize.milestones begins with epoch \(first), and warm-up lasts \(warmup): the rate would fall before it has risen. "
        + "Shorten optimize.warmup, or begin the milestones later.")
  }
}

extension BIKEOptimizerRecipe: Configurable {
  public static var settings: [Setting<Self>] {
    [
      Setting("recipe.method", \.method), Setting("recipe.learningRate", \.learningRate, in: 0...1e3),
      Setting("recipe.clipRatio", \.clipRatio, in: 0...1e3), Setting("recipe.course", \.course),
      Setting("recipe.momentum", \.momentum, in: 0...0.999)
        .applying(when: "recipe.method is sgd") { $0.method == .sgd },
      Setting("recipe.refresh", \.refresh, in: 1...1_000_000), Setting("batch.size", \.batchSize, in: 1...65_536),
      Setting("optimize.warmup", \.warmup, form: Warmup.form),
      Setting("optimize.milestones", \.milestones, form: EpochList.form)
        .applying(when: "recipe.course is multistep") { $0.course == .multistep },
      Setting("optimize.weightDecay", \.weightDecay, in: 0...1e3)
        .applying(when: "recipe.method is not adam") { $0.method != .adam },
      Setting("optimize.accumulation", \.accumulation, in: 1...65_536),
    ]
  }
}
