internal import SluiceModels

/// ViViT on labelled clips: tubelets, and a factorised encoder, joint or divided attention.
///
/// Without being told otherwise it trains a small network, so that a first run takes minutes on two cores;
/// `--set model.preset=base` is the published one with its recipe.
/// - Source: Arnab et al., "ViViT: a video vision transformer", ICCV 2021; VideoTransformer-pytorch.
public struct ViViTTraining: ClassifyingSystem {
  public static let name: String = "vivit"
  public static let summary: String = "ViViT tells classes apart"

  public let tuning: FineTuning
  public let choices: [String: String]

  public init(_ request: RunRequest) throws {
    let settings = try SpaceTimeSettings(request, base: .vivitBase, small: .vivitSmall)
    let recipe: FineTuningRecipe =
      settings.preset == .base ? .videoTransformer(frameStride: 16) : .small(frameStride: 16)
    (tuning, choices) = try FineTuning.make(ViViTTraining.name, request, settings, recipe) { classCount, recipe in
      try VideoClassifier(ViViT(settings.network), classCount: classCount, recipe, importing: settings.imported)
    }
  }
}

extension SpaceTimeConfiguration {
  /// ViViT of four spatial and two temporal blocks of width 128, on 16 frames of 96 pixels.
  static let vivitSmall: SpaceTimeConfiguration = vivitBase.small
}
