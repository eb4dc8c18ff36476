/// VideoMAE: a masked autoencoder predicts the pixels, or the HOG, of nine tenths of a clip from the rest.
///
/// Without being told otherwise it trains a small network on 96-pixel clips, so that a first run takes minutes on two
/// cores; `--set model.preset=base` is the published one with its recipe.
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", NeurIPS 2022.
public typealias VideoMAEPretraining = MaskedPretraining<VideoMAEDeclaration>

/// The networks and recipes of ``VideoMAEPretraining``.
public enum VideoMAEDeclaration: MaskedDeclaration {
  public typealias Network = VideoMAESettings

  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// Kinetics-400: 1600 epochs, rates for batches of 256.
    case k400
  }

  public static let name: String = "videomae"
  public static let summary: String = "VideoMAE predicts the pixels or the HOG of hidden tubes"

  /// Those that hide as many tokens of each clip: the encoder sees the others only.
  public static let masks: [MaskedRecipe.Mask] = [.tube, .random]

  public static func preset(for network: VideoMAESettings) -> Preset { network.preset == .quick ? .quick : .k400 }

  public static func recipe(_ preset: Preset) -> MaskedRecipe {
    var recipe = MaskedRecipe(learningRate: 1.5e-4)
    (recipe.target, recipe.mask, recipe.maskRatio) = (.pixels, .tube, 0.9)
    (recipe.clips.flip, recipe.clips.statistics) = (0, .imagenet)
    (recipe.clips.cropping, recipe.clips.resampling) = (.multiScale, .pillowBilinear)
    (recipe.clips.evaluationResampling, recipe.frames.spacing) = (.pillowBilinear, .strided)
    (recipe.optimizer.course, recipe.optimizer.secondBeta) = (.cosineTable, 0.95)
    switch preset {
    case .quick:
      (recipe.optimizer.learningRate, recipe.optimizer.epochs, recipe.optimizer.course) = (0.016, 30, .cosineSteps)
      (recipe.optimizer.warmup, recipe.optimizer.clip) = (.fraction(0.1), .global(1))
    case .k400:
      (recipe.optimizer.minimumRate, recipe.optimizer.scalesMinimum) = (1e-5, true)
      (recipe.optimizer.warmup, recipe.optimizer.epochs, recipe.optimizer.batchSize) = (40, 1601, 32)
    }
    return recipe
  }
}
