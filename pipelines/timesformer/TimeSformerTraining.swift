internal import SluiceFlow
public import SluiceModels

/// TimeSformer on labeled clips: attention divided between time and space, joint, or in space only.
///
/// Without being told otherwise it trains a small network, so that a first run takes minutes on two cores;
/// `--set model.preset=base` is the published one with its recipe.
/// - Source: Bertasius et al., "Is space-time attention all you need for video understanding?", ICML 2021;
///   VideoTransformer-pytorch.
public typealias TimeSformerTraining = ClassifierTraining<TimeSformerDeclaration>

/// The networks and recipes of ``TimeSformerTraining``.
public enum TimeSformerDeclaration: ClassifierDeclaration {
  /// The network's settings.
  public struct Network: SpaceTimeNetwork {
    public static let attentions: [SpaceTimeConfiguration.Attention] = TimeSformer.attentions
    public var shape: SpaceTimeSettings = SpaceTimeSettings(base: .timeSformerBase)

    public init() {}

    public func classifier(classCount: Int, _ head: ClassifierHead) throws -> VideoClassifier {
      let network = try TimeSformer(shape.network)
      return try VideoClassifier(network, classCount: classCount, head, layouts: network.layouts(shape.weights))
    }
  }

  public static let name: String = "timesformer"
  public static let summary: String = "TimeSformer classifies videos"

  public static func preset(for network: Network) -> SpaceTimePreset { SpaceTimePreset(for: network) }

  public static func recipe(_ preset: SpaceTimePreset) -> FineTuningRecipe { preset.recipe(frameStride: 32) }
}
