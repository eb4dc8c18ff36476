/// VideoMAE: a masked autoencoder predicts the pixels, or the HOG, of nine tenths of a clip from the rest.
///
/// Without being told otherwise it trains a small network on 96-pixel clips, so that a first run takes minutes on two
/// cores; `--set model.preset=base` is the published one with its recipe for Kinetics-400, `--set recipe.preset=ssv2` and
/// `ucf101` bring those for Something-Something V2 and UCF101.
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
    /// Kinetics-400: 1600 epochs, every fourth frame.
    case k400
    /// Something-Something V2: 2400 epochs, every second frame.
    case ssv2
    /// UCF101: 3200 epochs, three quarters hidden.
    case ucf101
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
    case .k400: publish(&recipe, epochs: 1600, batchSize: 32)
    case .ssv2:
      publish(&recipe, epochs: 2400, batchSize: 32)
      recipe.frames.stride = 2
    case .ucf101:
      publish(&recipe, epochs: 3200, batchSize: 24)
      (recipe.optimizer.learningRate, recipe.maskRatio) = (3e-4, 0.75)
    }
    return recipe
  }

  /// The large network was trained on Kinetics-400 in batches of eight clips a device; of ViT-H nothing was published.
  public static func recipe(_ preset: Preset, for network: VideoMAESettings) -> MaskedRecipe {
    var recipe = recipe(preset)
    if preset == .k400, [.large, .huge].contains(network.preset) { recipe.optimizer.batchSize = 8 }
    return recipe
  }

  /// Rates for batches of 256 clips, the least one too.
  ///
  /// The table of rates is an epoch longer than the published checkpoints were trained.
  /// - Parameter batchSize: clips of a device.
  private static func publish(_ recipe: inout MaskedRecipe, epochs: Int, batchSize: Int) {
    (recipe.optimizer.minimumRate, recipe.optimizer.scalesMinimum, recipe.optimizer.warmup) = (1e-5, true, 40)
    (recipe.optimizer.epochs, recipe.optimizer.batchSize) = (epochs + 1, batchSize)
  }
}
