internal import SluiceModels

/// TimeSformer on labelled clips: attention divided between time and space, joint, or in space only.
///
/// Without being told otherwise it trains a small network, so that a first run takes minutes on two cores;
/// `--set model.preset=base` is the published one with its recipe.
/// - Source: Bertasius et al., "Is space-time attention all you need for video understanding?", ICML 2021;
///   VideoTransformer-pytorch.
public struct TimeSformerTraining: ClassifyingSystem {
  public static let name: String = "timesformer"
  public static let summary: String = "TimeSformer tells classes apart"

  public let tuning: FineTuning
  public let choices: [String: String]

  public init(_ request: RunRequest) throws {
    let settings = try SpaceTimeSettings(request, base: .timeSformerBase, small: .timeSformerSmall)
    let recipe: FineTuningRecipe =
      settings.preset == .base ? .videoTransformer(frameStride: 32) : .small(frameStride: 32)
    (tuning, choices) = try FineTuning.make(TimeSformerTraining.name, request, settings, recipe) { classCount, recipe in
      try VideoClassifier(
        TimeSformer(settings.network), classCount: classCount, recipe, importing: settings.imported)
    }
  }
}

extension SpaceTimeConfiguration {
  /// TimeSformer of four blocks of width 128, on 8 frames of 96 pixels.
  static let timeSformerSmall: SpaceTimeConfiguration = timeSformerBase.small

  /// Four blocks of width 128 on frames of 96 pixels, two in the temporal stack where there is one.
  var small: SpaceTimeConfiguration {
    var small = self
    (small.imageSize, small.dimension, small.headCount) = (96, 128, 4)
    (small.depth, small.temporalDepth, small.dropPathRate) = (4, 2, 0)
    return small
  }
}
