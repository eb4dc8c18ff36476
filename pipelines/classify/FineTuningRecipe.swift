public import SluiceFlow
public import SluiceModels
public import SluiceNN

/// How a classifier is trained: what is done to clips, and how the parameters follow.
///
/// ```swift
/// var recipe = FineTuningRecipe.videoTransformer
/// recipe.mixes = true
/// recipe.clips.colors = .randAugment
/// ```
/// - Source: VideoTransformer-pytorch, `model_pretrain` and `data_transform`.
public struct FineTuningRecipe: Sendable, Equatable {
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
    /// A tenth at the epochs 5 and 11.
    case multistep
    case constant
    /// A cosine of the fractional epoch, as SlowFast has it.
    case fractionalCosine
  }

  /// Which frames of a video make a clip.
  public enum Frames: String, Sendable, CaseIterable {
    /// Evenly spaced ones.
    case dense
    /// A single one, repeated: what can be learned without motion.
    case still
  }

  public var method: Method
  /// The rate after warm-up for batches of 256 clips; it is scaled to the batch.
  public var learningRate: Double
  public var course: Course
  public var warmup: Warmup
  /// What a cosine falls to.
  public var minimumRate: Double = 1e-6
  public var weightDecay: Double = 0.05
  /// The factor of the rate from one block to the one below it; 1 for none.
  public var layerDecay: Double = 1
  public var clip: Clipping = .none
  /// How much of the network learns.
  public var learning: ClassifierTraining = .finetune
  /// Whether clips of a batch are mixed in pairs, by mixup or CutMix.
  public var mixes: Bool = false
  /// What of a label is spread over all classes; with ``mixes`` 0.1 unless said otherwise.
  public var labelSmoothing: Double?
  /// What the head's initial weights are multiplied by.
  public var headScale: Double = 1

  /// Which frames of a video make a clip.
  public var frames: Frames = .dense
  /// Distance between the frames of a clip.
  public var frameStride: Int
  /// How decoded frames become clips.
  public var clips: ClipRecipe = ClipRecipe(colors: .jitter)
  /// Clips of a batch.
  public var batchSize: Int = 8
  /// Batches of one update.
  public var accumulation: Int = 1
  public var epochs: Int = 30
  /// Clips of each class that are used; all if `nil`.
  public var samplesPerClass: Int?
  /// Which ``samplesPerClass``: the numbered draw, with every choice equally likely; the first of the list if `nil`.
  public var draw: Int?

  /// A recipe of these; everything else as VideoTransformer-pytorch's defaults have it.
  public init(_ method: Method, learningRate: Double, course: Course = .cosine, warmup: Warmup = 5, frameStride: Int) {
    self.method = method
    self.learningRate = learningRate
    self.course = course
    self.warmup = warmup
    self.frameStride = frameStride
  }
}

extension FineTuningRecipe: SettingGroup {
  static let group = "recipe"

  /// What no stage of the pipeline can be told.
  public static var settings: [Setting<Self>] {
    [
      Setting("method", \.method), Setting("learningRate", \.learningRate, in: 0...1e3), Setting("course", \.course),
      Setting("learning", \.learning), Setting("mixes", \.mixes),
      Setting(
        "labelSmoothing", read: { $0.labelSmoothing.map { "\($0)" } ?? "auto" },
        write: { recipe, text in
          guard text != "auto" else { return recipe.labelSmoothing = nil }
          guard let share = Double(text), 0...1 ~= share else {
            throw SettingError("“\(text)” is no number from 0 to 1, nor auto")
          }
          recipe.labelSmoothing = share
        }),
      Setting("headScale", \.headScale, in: 0...1e3),
      Setting("samplesPerClass", \.samplesPerClass, none: "all"), Setting("draw", \.draw, none: "first"),
      Setting("frames", \.frames),
    ] + ClipRecipe.settings.map { $0.inside(\.clips) }
  }
}
