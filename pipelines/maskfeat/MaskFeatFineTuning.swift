internal import SluiceModels

/// Tuning of an MViT on labelled clips, after MaskFeat's pre-training or from scratch.
///
/// The small network comes with a recipe for small sets; `--set model.preset=base` brings the published one: AdamW with
/// layer decay, mixing of clips and RandAugment; `--set model.preset=demo` what `sluice demo` does.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022;
///   VideoTransformer-pytorch, `model_pretrain`.
public struct MaskFeatFineTuning: ClassifyingSystem {
  public static let name: String = "maskfeat-finetune"
  public static let summary: String = "MViT tells classes apart, best after maskfeat"

  public let tuning: FineTuning
  public let choices: [String: String]

  public init(_ request: RunRequest) throws {
    let settings = try MViTSettings(request)
    let recipe: FineTuningRecipe =
      switch settings.preset {
      case .small: .small(frameStride: 4)
      case .base: .maskFeat
      case .demo: .demo
      }
    (tuning, choices) = try FineTuning.make(MaskFeatFineTuning.name, request, settings, recipe) { classCount, recipe in
      switch settings.architecture {
      case .mvit: try VideoClassifier(MViT(settings.network), classCount: classCount, recipe)
      case .mvitv2: try VideoClassifier(MViTv2(settings.network), classCount: classCount, recipe)
      }
    }
  }
}

extension FineTuningRecipe {
  /// The published tuning of MaskFeat's MViT, as VideoTransformer-pytorch gives it.
  static let maskFeat: FineTuningRecipe = {
    var recipe = FineTuningRecipe(.adamW, learningRate: 0.005, frameStride: 4)
    recipe.layerDecay = 0.75
    recipe.mixes = true
    recipe.clips.colors = .randAugment
    recipe.epochs = 200
    return recipe
  }()
  /// Few clips of small videos, each seen often.
  static let demo: FineTuningRecipe = {
    var recipe = FineTuningRecipe.small(frameStride: 3)
    (recipe.learningRate, recipe.labelSmoothing) = (0.032, 0.1)
    (recipe.clips, recipe.batchSize) = (.demo, 16)
    return recipe
  }()
}
