internal import SluiceAugment
public import SluiceData
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceMask
internal import SluiceModels
internal import SluiceNN
internal import SluiceOptimize
internal import SluiceSample

/// Masked feature prediction: an MViT learns to predict the HOG of what it cannot see.
///
/// Without being told otherwise it trains a small network on 112-pixel clips, so that a first run takes minutes on two
/// cores; `--set model.preset=base` is the published one.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022.
public struct MaskFeat: TrainingSystem {
  public static let name: String = "maskfeat"
  public static let summary: String = "MViT predicts the HOG of hidden tokens"

  public let pipeline: Pipeline<StepReport>
  public let model: [String: String]
  public var defaultEpochs: Int { 300 }

  public init(_ request: RunRequest) throws {
    let (preset, configuration) = try MViTPreset.chosen(by: request.settings)
    let target = try TargetKind.named(request.target)
    model = ["preset": preset.rawValue, "target": target.rawValue]
    pipeline =
      switch target {
      case .hog: try MaskFeat.declare(HOGObjective(), configuration, request)
      case .pixels: try MaskFeat.declare(PixelObjective(), configuration, request)
      }
  }

  private static func declare<Goal: Objective>(
    _ objective: Goal, _ configuration: MViTConfiguration, _ request: RunRequest
  ) throws -> Pipeline<StepReport> {
    let model = MaskedModel(try MViT(configuration, predictionWidth: objective.predictionWidth), for: objective)
    let clips = try request.clips()
    // The published rate is 8e-4 for 256 clips a step.
    let batchSize = Int(request.settings["batch.size"] ?? "") ?? 16
    let peak = 8e-4 * Double(batchSize) / 256
    return Pipeline(name) {
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
  }
}
