internal import SluiceNN

/// Fine-tuning of a Video Swin transformer on labeled clips.
///
/// The compact network comes with a recipe for small sets; `--set model.preset=base` brings BEVT's for Kinetics-400,
/// `--set recipe.preset=ssv2` and `diving48` those for Something-Something V2 and Diving48.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022; Liu et al., "Video Swin
///   transformer", CVPR 2022.
public typealias BEVTFineTuning = ClassifierTraining<BEVTFineTuningDeclaration>

/// The networks and recipes of ``BEVTFineTuning``.
public enum BEVTFineTuningDeclaration: ClassifierDeclaration {
  public typealias Network = SwinSettings

  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// Kinetics-400: a rate for each layer, no augmentation but crops and flips.
    case k400
    /// Something-Something V2: frames of the whole video, RandAugment, erasing, smoothed labels, averaged weights.
    case ssv2
    /// Diving48: what ``ssv2`` does, for 48 classes. The authors' own was not published.
    case diving48

    /// Whether frames are spread over the whole video, in windows of sixteen steps.
    var isUniform: Bool { self == .ssv2 || self == .diving48 }
  }

  public static let name: String = "bevt-finetune"
  public static let summary: String = "a Video Swin transformer classifies videos"
  public static let origins: [String] = [BEVTVideoDeclaration.name, BEVTImageDeclaration.name]

  public static func preset(for network: SwinSettings) -> Preset { network.preset == .compact ? .quick : .k400 }

  public static func recipe(_ preset: Preset) -> FineTuningRecipe {
    switch preset {
    case .quick: quick
    case .k400: k400
    case .ssv2, .diving48: uniform
    }
  }

  /// Windows of sixteen steps, and more blocks dropped, where frames are spread over the whole video.
  public static func adapt(_ network: inout SwinSettings, to preset: Preset) {
    let usual = network.preset.network
    (network.network.window.time, network.network.dropPathRate) = (usual.window.time, usual.dropPathRate)
    if preset.isUniform, network.preset != .compact { network.network.window.time = 16 }
    if preset.isUniform, network.preset == .base { network.network.dropPathRate = 0.4 }
    network.classCount = preset == .diving48 ? 48 : nil
  }

  private static var quick: FineTuningRecipe {
    var recipe = FineTuningRecipe.small(frameStride: 2)
    recipe.test = .bevt
    return recipe
  }

  /// What both published recipes have in common: updates of 64 clips, crops of resized frames.
  private static func published(learningRate: Double) -> FineTuningRecipe {
    var recipe = FineTuningRecipe(.adamW, learningRate: learningRate, frameStride: 2)
    (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.epochs) = (.scaledCosineEpochs, 2.5, 60)
    (recipe.optimizer.minimumRate, recipe.test) = (0, .bevt)
    (recipe.clips.cropping, recipe.clips.colors) = (.resizedTwice, .none)
    (recipe.clips.resampling, recipe.clips.evaluationResampling) = (.openCVBilinear, .openCVBilinear)
    (recipe.clips.statistics, recipe.frames.spacing, recipe.head.dropout) = (.imagenet, .looped, 0.5)
    return recipe
  }

  private static var k400: FineTuningRecipe {
    var recipe = published(learningRate: 1.2e-3)
    (recipe.optimizer.weightDecay, recipe.optimizer.layerDecay, recipe.optimizer.clip) = (0.001, 0.9, .global(40))
    (recipe.optimizer.batchSize, recipe.optimizer.accumulation) = (16, 4)
    return recipe
  }

  private static var uniform: FineTuningRecipe {
    var recipe = published(learningRate: 2e-3)
    (recipe.optimizer.batchSize, recipe.optimizer.accumulation) = (8, 8)
    (recipe.optimizer.weightDecay, recipe.backboneRate, recipe.labelSmoothing) = (0.05, 0.1, 0.1)
    recipe.optimizer.averaging = Averaging(decay: 0.9998, every: .micro, ramp: 100)
    (recipe.frames.choice, recipe.frames.bounds, recipe.test) = (.segments, .shared, .bevtOfWholeVideos)
    (recipe.clips.flip, recipe.clips.colors) = (0, .imgaug)
    (recipe.clips.erasing, recipe.clips.erasingFill) = (0.25, .mean)
    return recipe
  }
}
