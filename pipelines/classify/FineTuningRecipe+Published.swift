extension FineTuningRecipe {
  /// The published tuning of TimeSformer and ViViT: SGD at 0.005 for 256 clips, from the weights of an image model.
  /// - Source: VideoTransformer-pytorch, its README and `model_pretrain`.
  public static func videoTransformer(frameStride: Int) -> FineTuningRecipe {
    var recipe = FineTuningRecipe(.sgd, learningRate: 0.005, frameStride: frameStride)
    recipe.weightDecay = 1e-4
    return recipe
  }

  /// For small networks on small sets: a rate that changes with each step, gradients limited, colours left alone.
  public static func small(frameStride: Int) -> FineTuningRecipe {
    var recipe = FineTuningRecipe(
      .adamW, learningRate: 0.016, course: .cosineSteps, warmup: .fraction(0.1), frameStride: frameStride)
    recipe.minimumRate = 0
    recipe.clip = .global(1)
    recipe.clips = ClipRecipe(minimumScale: 0.5)
    recipe.epochs = 30
    return recipe
  }
}
