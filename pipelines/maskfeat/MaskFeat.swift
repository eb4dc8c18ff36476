/// Masked feature prediction: an MViT learns to predict the HOG, or the pixels, of what it cannot see.
///
/// Without being told otherwise it trains a small network on 112-pixel clips, so that a first run takes minutes on two
/// cores; `--set model.preset=base` is VideoTransformer-pytorch's, and `--set recipe.preset=official` with it that of
/// the authors.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022;
///   VideoTransformer-pytorch; SlowFast.
public typealias MaskFeat = MaskedPretraining<MaskFeatDeclaration>

/// The networks and recipes of ``MaskFeat``.
public enum MaskFeatDeclaration: MaskedDeclaration {
  public typealias Network = MViTSettings

  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets: that of `vtp` with a rate that changes with each step.
    case small
    /// VideoTransformer-pytorch's: cubes, scikit-image's HOG, two frames per token.
    case vtp
    /// The authors': MViTv2-S, blocks in time and space, Sobel HOG, one frame per token.
    case official
    /// That of `sluice demo`: every token hidden with the same chance, scikit-image's HOG of one frame per token.
    case demo
  }

  public static let name: String = "maskfeat"
  public static let origins: [String] = [MaskFeatFineTuningDeclaration.name]
  public static let summary: String = "MViT predicts the HOG or the pixels of hidden tokens"

  public static func preset(for network: MViTSettings) -> Preset {
    switch network.preset {
    case .small: .small
    case .base: .vtp
    case .demo: .demo
    }
  }

  public static func adapt(_ network: inout MViTSettings, to preset: Preset) {
    network.architecture = preset == .official ? .mvitv2 : .mvit
  }

  public static func recipe(_ preset: Preset) -> MaskedRecipe {
    var recipe = MaskedRecipe(learningRate: 8e-4)
    switch preset {
    case .small: (recipe.optimizer.course, recipe.optimizer.warmup) = (.cosineSteps, .fraction(0.1))
    case .vtp: break
    case .official:
      (recipe.hog, recipe.mask, recipe.frames.spacing) = (.sobel, .block3d, .offset)
      (recipe.optimizer.course, recipe.optimizer.warmup) = (.fractionalCosine, 10)
      (recipe.optimizer.minimumRate, recipe.optimizer.clip) = (1e-6, .global(0.02))
      (recipe.clips.resampling, recipe.clips.evaluationResampling) = (.bilinear, .bilinear)
    case .demo:
      (recipe.mask, recipe.maskRatio, recipe.targetFrames, recipe.frames.stride) = (.random, 0.6, .lastOfSteps, 3)
      (recipe.optimizer.learningRate, recipe.optimizer.course) = (0.064, .cosineSteps)
      (recipe.optimizer.warmup, recipe.optimizer.clip) = (.fraction(0.1), .global(1))
      recipe.clips = .demo
    }
    return recipe
  }
}
