/// Fine-tuning of a video ViT on labeled clips, after VideoMAE's pre-training or from scratch.
///
/// The small network comes with a recipe for small sets; `--set model.preset=base` brings the published one for
/// Kinetics-400, `--set recipe.preset=ssv2` and `ucf101` those for Something-Something V2 and UCF101.
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
    /// Kinetics-400: repeated augmentation, erasing, mixup and CutMix, layer decay.
    case k400
    /// Something-Something V2: a frame of each sixteenth of the video, and nothing mirrored.
    case ssv2
    /// UCF101: more blocks and features dropped.
    case ucf101

    /// Rate of stochastic depth in the last block; `nil` as the network has it.
    var dropPath: Double? {
      switch self {
      case .quick: nil
      case .k400, .ssv2: 0.1
      case .ucf101: 0.2
      }
    }
  }

  public static let name: String = "videomae-finetune"
  public static let origins: [String] = [VideoMAEDeclaration.name]
  public static let summary: String = "a video ViT classifies videos, best after videomae"

  public static func preset(for network: VideoMAESettings) -> Preset { network.preset == .quick ? .quick : .k400 }

  public static func recipe(_ preset: Preset) -> FineTuningRecipe {
    switch preset {
    case .quick: quick
    case .k400: published(epochs: 75, batchSize: 6, repeats: 2)
    case .ssv2: ssv2
    case .ucf101: ucf101
    }
  }

  /// On Kinetics-400 every size has batches, rates and epochs of its own; of ViT-H nothing was published.
  public static func recipe(_ preset: Preset, for network: VideoMAESettings) -> FineTuningRecipe {
    guard preset == .k400 else { return recipe(preset) }
    switch network.preset {
    case .small: return published(epochs: 150, batchSize: 12, repeats: 1)
    case .large, .huge:
      var recipe = published(epochs: 35, batchSize: 2, repeats: 2)
      recipe.optimizer.learningRate = 2e-3
      return recipe
    case .quick, .base: return recipe(preset)
    }
  }

  public static func adapt(_ network: inout VideoMAESettings, to preset: Preset) {
    network.network.dropPathRate = preset.dropPath ?? network.preset.network.dropPathRate
  }

  private static var quick: FineTuningRecipe {
    var recipe = FineTuningRecipe.small(frameStride: 4)
    recipe.test = .videoMAE
    return recipe
  }

  private static var ssv2: FineTuningRecipe {
    var recipe = published(epochs: 30, batchSize: 6, repeats: 2)
    (recipe.frames.choice, recipe.frames.bounds, recipe.clips.flip) = (.segments, .apart, 0)
    recipe.test.windows = 2
    return recipe
  }

  private static var ucf101: FineTuningRecipe {
    var recipe = published(epochs: 100, batchSize: 16, repeats: 1)
    (recipe.optimizer.minimumRate, recipe.optimizer.layerDecay, recipe.head.dropout) = (1e-5, 0.7, 0.5)
    return recipe
  }

  /// What all published recipes have in common: rates for batches of 256 clips, however often each clip is augmented.
  /// - Parameter batchSize: clips of a device.
  private static func published(epochs: Int, batchSize: Int, repeats: Int) -> FineTuningRecipe {
    var recipe = FineTuningRecipe(.adamW, learningRate: 5e-4, frameStride: 4)
    (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.epochs) = (.cosineTable, 5, epochs)
    (recipe.optimizer.scalesMinimum, recipe.optimizer.layerDecay, recipe.optimizer.batchSize) = (true, 0.75, batchSize)
    (recipe.mixes, recipe.labelSmoothing, recipe.head.scale, recipe.repeats) = (true, 0.1, 0.001, repeats)
    (recipe.clips.statistics, recipe.clips.colors, recipe.clips.erasing) = (.imagenet, .increasing, 0.25)
    (recipe.clips.resampling, recipe.clips.evaluationResampling) = (.floatBilinear, .openCVBilinear)
    (recipe.clips.shortSide, recipe.frames.spacing) = (224, .inclusive)
    (recipe.validation, recipe.test) = (.random, .videoMAE)
    return recipe
  }
}
