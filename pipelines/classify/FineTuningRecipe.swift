public import SluiceFlow
public import SluiceModels
public import SluiceSample

/// How a classifier is trained: what is done to clips, and how the parameters follow.
///
/// ```swift
/// var recipe = FineTuningRecipe.small(frameStride: 4)
/// recipe.mixes = true
/// recipe.clips.colors = .randAugment
/// ```
/// - Source: VideoTransformer-pytorch, `model_pretrain` and `data_transform`.
public struct FineTuningRecipe: Sendable, Equatable {
  public var optimizer: OptimizerRecipe
  public var frames: FrameRecipe
  /// How decoded frames become clips.
  public var clips: ClipRecipe = ClipRecipe(colors: .jitter)
  /// How often each decoded clip is augmented anew and trained on.
  public var repeats: Int = 1
  /// How much of the network learns, and what its head begins with.
  public var head: ClassifierHead = ClassifierHead()
  /// Whether clips of a batch are mixed in pairs, by mixup or CutMix.
  public var mixes: Bool = false
  /// What of a label is spread over all classes; with ``mixes`` 0.1 unless said otherwise.
  public var labelSmoothing: Double?
  /// The backbone's learning rate over the head's.
  public var backboneRate: Double = 1
  /// Clips of each class that are used; all if `nil`.
  public var samplesPerClass: Int?
  /// Which ``samplesPerClass``: the numbered draw, with every choice equally likely; the first of the list if `nil`.
  public var draw: Int?
  /// Where the frames of a single window lie between epochs: in the middle, or drawn as in training, the same ones each time.
  public var validation: DenseFrames.Window = .center
  /// How results of this recipe were measured by its authors.
  public var test: PublishedTest = .videoTransformer

  /// A recipe of these; everything else as VideoTransformer-pytorch's defaults have it.
  public init(_ method: OptimizerRecipe.Method, learningRate: Double, frameStride: Int) {
    optimizer = OptimizerRecipe(learningRate: learningRate)
    (optimizer.method, optimizer.minimumRate) = (method, 1e-6)
    frames = FrameRecipe(stride: frameStride)
  }

  /// The published fine-tuning of TimeSformer and ViViT: SGD at 0.005 for 256 clips, from the weights of an image model.
  /// - Source: VideoTransformer-pytorch, its README and `model_pretrain`.
  public static func videoTransformer(frameStride: Int) -> FineTuningRecipe {
    var recipe = FineTuningRecipe(.sgd, learningRate: 0.005, frameStride: frameStride)
    recipe.optimizer.weightDecay = 1e-4
    return recipe
  }

  /// For small networks on small sets: a rate that changes with each step, gradients limited, colors left alone.
  public static func small(frameStride: Int) -> FineTuningRecipe {
    var recipe = FineTuningRecipe(.adamW, learningRate: 0.016, frameStride: frameStride)
    (recipe.optimizer.course, recipe.optimizer.warmup) = (.cosineSteps, .fraction(0.1))
    (recipe.optimizer.minimumRate, recipe.optimizer.clip) = (0, .global(1))
    recipe.clips = ClipRecipe(minimumScale: 0.5)
    return recipe
  }
}

/// How much of a classifier learns, and what its head begins with.
public struct ClassifierHead: Sendable, Equatable {
  /// How much of the network learns.
  public var learning: ClassifierLearning = .finetune
  /// What the head's initial weights are multiplied by.
  public var scale: Double = 1
  /// The probability that a feature is dropped before the head, in training.
  public var dropout: Double = 0

  public init() {}
}

extension FineTuningRecipe: Configurable {
  public static var settings: [Setting<Self>] {
    let own: [Setting<Self>] = [
      Setting("recipe.learning", \.head.learning), Setting("recipe.mixes", \.mixes),
      Setting("recipe.labelSmoothing", \.labelSmoothing, in: 0...1, none: "auto"),
      Setting("recipe.headScale", \.head.scale, in: 0...1e3), Setting("recipe.dropout", \.head.dropout, in: 0...0.99),
      Setting("recipe.backboneRate", \.backboneRate, in: 0...1e3),
      Setting("recipe.samplesPerClass", \.samplesPerClass, in: 1...1_000_000_000, none: "all"),
      Setting("recipe.draw", \.draw, in: 1...1_000_000_000, none: "first")
        .applying(when: "recipe.samplesPerClass is set") { $0.samplesPerClass != nil },
      Setting("recipe.frames", \.frames.choice), Setting("recipe.repeats", \.repeats, in: 1...64),
      Setting("recipe.validation", \.validation, among: [.center, .random]),
      Setting("segmentFrames.bounds", \.frames.bounds)
        .applying(when: "recipe.frames is segments") { $0.frames.choice == .segments },
    ]
    return own + OptimizerRecipe.settings.map { $0.inside(\.optimizer) }
      + FrameRecipe.settings.map { $0.inside(\.frames) } + ClipRecipe.settings.map { $0.inside(\.clips) }
  }
}
