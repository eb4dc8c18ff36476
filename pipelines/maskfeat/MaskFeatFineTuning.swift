/// Fine-tuning of an MViT on labeled clips, after MaskFeat's pre-training or from scratch.
///
/// The small network comes with a recipe for small sets; `--set model.preset=base` brings the published one: AdamW with
/// layer decay, mixing of clips and RandAugment; `--set model.preset=demo` what `sluice demo` does.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022;
///   VideoTransformer-pytorch, `model_pretrain`.
public typealias MaskFeatFineTuning = ClassifierTraining<MaskFeatFineTuningDeclaration>

/// The networks and recipes of ``MaskFeatFineTuning``.
public enum MaskFeatFineTuningDeclaration: ClassifierDeclaration {
  public typealias Network = MViTSettings

  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small sets.
    case small
    /// VideoTransformer-pytorch's.
    case vtp
    /// That of `sluice demo`: few clips of small videos, each seen often.
    case demo
  }

  public static let name: String = "maskfeat-finetune"
  public static let origins: [String] = [MaskFeatDeclaration.name]
  public static let summary: String = "MViT classifies videos, best after maskfeat"

  public static func preset(for network: MViTSettings) -> Preset {
    switch network.preset {
    case .small: .small
    case .base: .vtp
    case .demo: .demo
    }
  }

  public static func recipe(_ preset: Preset) -> FineTuningRecipe {
    switch preset {
    case .small: return .small(frameStride: 4)
    case .vtp:
      var recipe = FineTuningRecipe(.adamW, learningRate: 0.005, frameStride: 4)
      recipe.optimizer.layerDecay = 0.75
      recipe.mixes = true
      recipe.clips.colors = .randAugment
      recipe.optimizer.epochs = 200
      return recipe
    case .demo:
      var recipe = FineTuningRecipe.small(frameStride: 3)
      (recipe.optimizer.learningRate, recipe.labelSmoothing) = (0.032, 0.1)
      (recipe.clips, recipe.optimizer.batchSize) = (.demo, 16)
      return recipe
    }
  }
}
