/// BEVT's first step: a Swin transformer of images predicts the visual tokens of hidden cells.
public typealias BEVTImagePretraining = BEVTTraining<BEVTImageDeclaration>

/// BEVT's second step: images and clips together, in one Video Swin transformer.
public typealias BEVTPretraining = BEVTTraining<BEVTVideoDeclaration>

/// The recipes of ``BEVTImagePretraining``.
public enum BEVTImageDeclaration: BEVTDeclaration {
  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// ImageNet: 800 epochs of batches of 2048. The authors' own was not published; these are BEiT's values.
    case imagenet
  }

  public static let name: String = "bevt-image"
  public static let summary: String = "a Swin transformer predicts visual tokens of hidden parts of images"
  public static let hasClips: Bool = false
  public static let origins: [String] = []

  public static func preset(for network: SwinSettings) -> Preset { network.preset == .compact ? .quick : .imagenet }

  public static func recipe(_ preset: Preset) -> StreamRecipe {
    guard preset == .imagenet else { return .quick(batchSize: 16) }
    var recipe = StreamRecipe(learningRate: 1.5e-3 / 8)
    (recipe.optimizer.epochs, recipe.optimizer.batchSize, recipe.optimizer.accumulation) = (800, 64, 32)
    return recipe
  }

  /// Windows of one time step, so that tables of distances are those of images; less is dropped than from clips.
  public static func adapt(_ network: inout SwinSettings) {
    (network.network.window.time, network.network.dropPathRate) = (1, 0.1)
  }
}

/// The recipes of ``BEVTPretraining``.
public enum BEVTVideoDeclaration: BEVTDeclaration {
  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// Kinetics-400 and ImageNet: 150 epochs of 256 clips and 2048 images an update.
    case k400
  }

  public static let name: String = "bevt"
  public static let summary: String =
    "a Video Swin transformer predicts visual tokens of hidden parts of clips and images"
  public static let hasClips: Bool = true
  public static let origins: [String] = [BEVTImageDeclaration.name]

  public static func preset(for network: SwinSettings) -> Preset { network.preset == .compact ? .quick : .k400 }

  public static func recipe(_ preset: Preset) -> StreamRecipe {
    guard preset == .k400 else { return .quick(batchSize: 4) }
    var recipe = StreamRecipe(learningRate: 5e-4)
    (recipe.optimizer.epochs, recipe.optimizer.batchSize, recipe.optimizer.accumulation) = (150, 4, 64)
    return recipe
  }

  /// Sixteen frames of the published sizes.
  public static func adapt(_ network: inout SwinSettings) {
    if network.preset != .compact { network.network.frameCount = 16 }
  }
}

extension StreamRecipe {
  /// For small networks on small sets: smaller blocks on their few cells, a rate that changes with each step.
  static func quick(batchSize: Int) -> StreamRecipe {
    var recipe = StreamRecipe(learningRate: 0.032)
    (recipe.smallestBlock, recipe.frames.stride, recipe.imageCount) = (2, 3, 16)
    (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.clip) = (
      .cosineSteps, .fraction(0.1), .global(1)
    )
    (recipe.optimizer.epochs, recipe.optimizer.batchSize) = (20, batchSize)
    return recipe
  }
}
