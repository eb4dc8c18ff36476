/// Fine-tuning of a Video Swin transformer on labeled clips.
///
/// The compact network comes with a recipe for small sets; `--set model.preset=base` brings BEVT's for Kinetics-400.
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
  }

  public static let name: String = "bevt-finetune"
  public static let summary: String = "a Video Swin transformer classifies videos"
  public static let origins: [String] = [BEVTVideoDeclaration.name, BEVTImageDeclaration.name]

  public static func preset(for network: SwinSettings) -> Preset { network.preset == .compact ? .quick : .k400 }

  public static func recipe(_ preset: Preset) -> FineTuningRecipe {
    guard preset == .k400 else { return .small(frameStride: 2) }
    var recipe = FineTuningRecipe(.adamW, learningRate: 1.2e-3, frameStride: 2)
    (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.epochs) = (.scaledCosineEpochs, 2.5, 60)
    (recipe.optimizer.minimumRate, recipe.optimizer.weightDecay, recipe.optimizer.layerDecay) = (0, 0.001, 0.9)
    (recipe.optimizer.batchSize, recipe.optimizer.accumulation, recipe.optimizer.clip) = (16, 4, .global(40))
    (recipe.clips.cropping, recipe.clips.shortSide, recipe.clips.colors) = (.resizedTwice, 256, .none)
    (recipe.clips.resampling, recipe.clips.evaluationResampling) = (.openCVBilinear, .openCVBilinear)
    (recipe.clips.statistics, recipe.frames.spacing, recipe.head.dropout) = (.imagenet, .looped, 0.5)
    return recipe
  }
}
