internal import SluiceFlow
public import SluiceModels

/// ViViT on labeled clips: tubelets, and a factorized encoder, joint or divided attention.
///
/// Without being told otherwise it trains a small network, so that a first run takes minutes on two cores;
/// `--set model.preset=base` is the published one with its recipe.
/// - Source: Arnab et al., "ViViT: a video vision transformer", ICCV 2021; VideoTransformer-pytorch.
public typealias ViViTTraining = ClassifierTraining<ViViTDeclaration>

/// The networks and recipes of ``ViViTTraining``.
public enum ViViTDeclaration: ClassifierDeclaration {
  /// The network's settings.
  public struct Network: SpaceTimeNetwork {
    public static let attentions: [SpaceTimeConfiguration.Attention] = ViViT.attentions
    public var shape: SpaceTimeSettings = SpaceTimeSettings(base: .vivitBase)

    public init() {}

    public func classifier(classCount: Int, _ head: ClassifierHead) throws -> VideoClassifier {
      let network = try ViViT(shape.network)
      return try VideoClassifier(network, classCount: classCount, head, layouts: network.layouts(shape.weights))
    }
  }

  public static let name: String = "vivit"
  public static let summary: String = "ViViT classifies videos"

  public static func preset(for network: Network) -> SpaceTimePreset { SpaceTimePreset(for: network) }

  public static func recipe(_ preset: SpaceTimePreset) -> FineTuningRecipe { preset.recipe(frameStride: 16) }
}
