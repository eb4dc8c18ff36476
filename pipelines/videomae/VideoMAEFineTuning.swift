/// Fine-tuning of a video ViT on labeled clips, after VideoMAE's pre-training or from scratch.
///
/// The small network comes with a recipe for small sets; `--set model.preset=base` brings the published one.
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", NeurIPS 2022.
public typealias VideoMAEFineTuning = ClassifierTraining<VideoMAEFineTuningDeclaration>

/// The networks and recipes of ``VideoMAEFineTuning``.
public enum VideoMAEFineTuningDeclaration: ClassifierDeclaration {
  public typealias Network = VideoMAESettings

  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// Kinetics-400, base: repeated augmentation, erasing, mixup and CutMix, layer decay.
    case k400
  }

  public static let name: String = "videomae-finetune"
  public static let origins: [String] = [VideoMAEDeclaration.name]
  public static let summary: String = "a video ViT classifies videos, best after videomae"

  public static func preset(for network: VideoMAESettings) -> Preset { network.preset == .quick ? .quick : .k400 }

  public static func recipe(_ preset: Preset) -> FineTuningRecipe {
    guard preset == .k400 else {
      var small = FineTuningRecipe.small(frameStride: 4)
      small.test = .videoMAE
      return small
    }
    var recipe = FineTuningRecipe(.adamW, learningRate: 5e-4, frameStride: 4)
    (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.epochs) = (.cosineTable, 5, 75)
    (recipe.optimizer.scalesMinimum, recipe.optimizer.layerDecay, recipe.optimizer.batchSize) = (true, 0.75, 6)
    (recipe.mixes, recipe.labelSmoothing, recipe.head.scale) = (true, 0.1, 0.001)
    (recipe.clips.statistics, recipe.clips.colors, recipe.clips.erasing) = (.imagenet, .increasing, 0.25)
    (recipe.clips.resampling, recipe.clips.evaluationResampling) = (.floatBilinear, .openCVBilinear)
    (recipe.clips.shortSide, recipe.frames.spacing, recipe.repeats) = (224, .inclusive, 2)
    recipe.test = .videoMAE
    return recipe
  }
}
