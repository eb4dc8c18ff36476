internal import SluiceAugment
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceMask
internal import SluiceModels
public import SluiceNN
internal import SluiceOptimize
internal import SluiceSample
internal import SluiceSamples
public import SluiceTensor
internal import SluiceTokenize
public import SluiceTraining

/// Masked feature prediction: an MViT learns to predict the HOG, or the pixels, of what it cannot see.
///
/// Without being told otherwise it trains a small network on 112-pixel clips, so that a first run takes minutes on two
/// cores; `--set model.preset=base` is VideoTransformer-pytorch's, and `--set recipe.preset=official` with it that of
/// the authors.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022;
///   VideoTransformer-pytorch; SlowFast.
public struct MaskFeat: TrainingSystem {
  public static let name: String = "maskfeat"
  public static let summary: String = "MViT predicts the HOG or the pixels of hidden tokens"

  public let pipeline: Pipeline<StepReport>
  public let choices: [String: String]
  public var defaultEpochs: Int { 300 }
  private let loadWeights: @Sendable ([String: Tensor]) throws -> LoadReport
  /// A ``Looking`` at the target's predictions.
  let looking: any Sendable
  /// The target, where it is HOG.
  let hogTarget: HOGTarget?

  public init(_ request: RunRequest) throws {
    let recipe = try MaskFeatRecipe(request)
    let settings = try MViTSettings(request, architecture: recipe.preset == .official ? .mvitv2 : .mvit)
    let target = try chosen(request.target, or: TargetKind.hog, option: "--target")
    choices = settings.values.merging(recipe.values) { own, _ in own }
      .merging(["run.target": target.rawValue]) { own, _ in own }
    let patchSize = settings.network.tokenSize.height
    let hog = recipe.hogTarget(patchSize: patchSize)
    let pixels = PixelTarget(patchSize: patchSize)
    hogTarget = target == .hog ? hog : nil
    (pipeline, loadWeights, looking) =
      switch (target, settings.architecture) {
      case (.hog, .mvit):
        try MaskFeat.declare(HOGObjective(hog), recipe, request, MaskFeat.mvit(settings.network))
      case (.hog, .mvitv2):
        try MaskFeat.declare(HOGObjective(hog), recipe, request, MaskFeat.mvitv2(settings.network))
      case (.pixels, .mvit):
        try MaskFeat.declare(PixelObjective(pixels), recipe, request, MaskFeat.mvit(settings.network))
      case (.pixels, .mvitv2):
        try MaskFeat.declare(PixelObjective(pixels), recipe, request, MaskFeat.mvitv2(settings.network))
      }
  }

  public func load(pretrained checkpoint: [String: Tensor]) throws -> LoadReport { try loadWeights(checkpoint) }

  /// A backbone that predicts so many numbers for each token, and the size of its clips.
  private typealias Making<Backbone> = (MViTConfiguration, (_ predictionWidth: Int) throws -> Backbone)

  private static func mvit(_ network: MViTConfiguration) -> Making<MViT> {
    (network, { try MViT(network, predictionWidth: $0) })
  }

  private static func mvitv2(_ network: MViTConfiguration) -> Making<MViTv2> {
    (network, { try MViTv2(network, predictionWidth: $0) })
  }

  private static func declare<Goal: Objective, Backbone: MaskedBackbone & VideoBackbone>(
    _ objective: Goal, _ recipe: MaskFeatRecipe, _ request: RunRequest, _ making: Making<Backbone>
  ) throws -> (Pipeline<StepReport>, @Sendable ([String: Tensor]) throws -> LoadReport, any Sendable) {
    let (network, make) = making
    let backbone = try make(objective.predictionWidth)
    let model = MaskedModel(backbone, for: objective)
    let clips = try request.clips(of: request.data, classMap: request.classMap())
    let batchSize = try request.number("batch.size") ?? 16
    let clipCount = try batchSize * (request.number("optimize.accumulation") ?? 1)
    var augment = Augment(normalization: recipe.clips.normalization)
    augment.operations = recipe.clips.operations(size: network.imageSize)
    let augmenting = augment
    let pipeline = Pipeline(name) {
      clips.shuffled()
      DenseFrames(count: network.frameCount, stride: recipe.frameStride, spacing: recipe.spacing)
      Decode().workers(2)
      augmenting.workers(2).buffer(4)
      masking(recipe, network)
      objective.target
        .batch(batchSize)
      Step {
        Forward(model)
        Loss(objective)
        Optimize(recipe.optimizer(clipCount: clipCount))
      }
    }
    var still = augment
    still.operations = recipe.clips.centered(size: network.imageSize)
    let cropping = still
    let looking = Looking<Goal.Target>(
      pipeline: { clips in
        Pipeline("look") {
          clips
          DenseFrames(count: network.frameCount, stride: recipe.frameStride, spacing: recipe.spacing, window: .center)
          Decode()
          cropping
          masking(recipe, network)
          objective.target
            .batch(1)
          Evaluate(model)
        }
      }, load: { try backbone.parameters.load($0, mode: .exact) })
    return (pipeline, { try backbone.parameters.load(backbone.weights(from: $0), mode: .present) }, looking)
  }

  /// What the network predicts of the middle of each clip, and how it takes a checkpoint of its own.
  struct Looking<Target: Sendable>: Sendable {
    let pipeline: @Sendable (Clips) -> Pipeline<Prediction<MaskedSample<Target>>>
    let load: @Sendable ([String: Tensor]) throws -> Void
  }

  private static func masking(_ recipe: MaskFeatRecipe, _ network: MViTConfiguration) -> Segment<Clip, MaskedClip> {
    let (ratio, size, span) = (recipe.maskRatio, network.tokenSize.height, network.tokenSize.time)
    let window = network.imageSize % (2 * size) == 0 ? 2 * size : size
    return switch recipe.mask {
    case .cube: Segment { CubeMask(ratio: ratio, tubeletSize: span, patchSize: size) }
    case .block3d: Segment { BlockMask(ratio: ratio, tubeletSize: span, patchSize: size, windowSize: window) }
    case .tube: Segment { TubeMask(ratio: ratio, tubeletSize: span, patchSize: size) }
    case .random: Segment { RandomMask(ratio: ratio, tubeletSize: span, patchSize: size) }
    }
  }
}
