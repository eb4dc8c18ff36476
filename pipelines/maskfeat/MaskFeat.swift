internal import SluiceAugment
public import SluiceData
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceMask
internal import SluiceModels
public import SluiceNN
internal import SluiceOptimize
internal import SluiceSample
public import SluiceTensor

/// Masked feature prediction: an MViT learns to predict the HOG of what it cannot see.
///
/// Without being told otherwise it trains a small network on 112-pixel clips, so that a first run takes minutes on two
/// cores; `--set model.preset=base` is the published one.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022.
public struct MaskFeat: TrainingSystem {
  public static let name: String = "maskfeat"
  public static let summary: String = "MViT predicts the HOG of hidden tokens"

  public let pipeline: Pipeline<StepReport>
  public let choices: [String: String]
  public var defaultEpochs: Int { 300 }
  private let loadWeights: @Sendable ([String: Tensor]) throws -> LoadReport

  public init(_ request: RunRequest) throws {
    let settings = try MViTSettings(request)
    let target = try chosen(request.target, or: TargetKind.hog, option: "--target")
    choices = settings.values.merging(["run.target": target.rawValue]) { own, _ in own }
    (pipeline, loadWeights) =
      switch target {
      case .hog: try MaskFeat.declare(HOGObjective(), settings.network, request)
      case .pixels: try MaskFeat.declare(PixelObjective(), settings.network, request)
      }
  }

  public func load(pretrained checkpoint: [String: Tensor]) throws -> LoadReport { try loadWeights(checkpoint) }

  private static func declare<Goal: Objective>(
    _ objective: Goal, _ configuration: MViTConfiguration, _ request: RunRequest
  ) throws -> (Pipeline<StepReport>, @Sendable ([String: Tensor]) throws -> LoadReport) {
    let backbone = try MViT(configuration, predictionWidth: objective.predictionWidth)
    let model = MaskedModel(backbone, for: objective)
    let clips = try request.clips(of: request.data, classMap: request.classMap())
    // The published rate is 8e-4 for 256 clips a step.
    let batchSize = try request.number("batch.size") ?? 16
    let peak = 8e-4 * Double(batchSize) / 256
    let pipeline = Pipeline(name) {
      clips.shuffled()
      DenseFrames(count: configuration.frameCount, stride: 4)
      Decode().workers(2)
      Augment(.resizedCrop(configuration.imageSize, scale: 0.5...1), .flip).workers(2).buffer(4)
      CubeMask(ratio: 0.4)
      objective.target
        .batch(16)
      Step {
        Forward(model)
        Loss(objective)
        Optimize(.adamW(.cosine(peak: peak, warmup: 5)))
      }
    }
    return (pipeline, { try backbone.parameters.load(backbone.weights(from: $0), mode: .present) })
  }
}
