public import SluiceFlow
public import SluiceModels

/// What `--set model.…` decides of a VideoMAE and of the video ViT that is tuned from it.
public struct VideoMAESettings: MaskedNetworkSettings, ClassifierNetworkSettings {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// Four narrow blocks on 96-pixel frames: minutes on two cores.
    case quick
    /// ViT-S.
    case small
    /// ViT-B.
    case base
    /// ViT-L.
    case large
    /// ViT-H.
    case huge

    var network: VideoMAEConfiguration {
      switch self {
      case .quick: .quick
      case .small: .small
      case .base: .base
      case .large: .large
      case .huge: .huge
      }
    }
  }

  /// What becomes the feature that a clip is classified by.
  public enum Pooling: String, Sendable, CaseIterable {
    /// The mean of all tokens.
    case mean
    /// The first token.
    case first
  }

  public var preset: Preset = .quick {
    didSet { (network, classCount) = (preset.network, nil) }
  }
  public var network: VideoMAEConfiguration = .quick
  public var classCount: Int?

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("frameCount", \.network.frameCount, in: 1...4096),
      Setting("imageSize", \.imageSize, in: 1...4096), Setting("patchSize", \.network.patchSize, in: 1...4096),
      Setting("tubeletSize", \.network.tubeletSize, in: 1...4096),
      Setting("dimension", \.network.dimension, in: 1...65_536), Setting("depth", \.network.depth, in: 1...4096),
      Setting("headCount", \.network.headCount, in: 1...4096),
      Setting("learnsPositions", \.network.learnsPositions), Setting("queryValueBias", \.network.hasQueryValueBias),
      Setting("layerScale", \.network.layerScale, in: 1e-9...1e3, none: "none"),
    ]
  }

  public static var maskedSettings: [Setting<Self>] {
    [
      Setting("decoderDimension", \.network.decoderDimension, in: 1...65_536),
      Setting("decoderDepth", \.network.decoderDepth, in: 1...4096),
      Setting("decoderHeadCount", \.network.decoderHeadCount, in: 1...4096),
    ]
  }

  public static var classifierSettings: [Setting<Self>] {
    [
      Setting("pooling", \.pooling), Setting("dropPath", \.network.dropPathRate, in: 0...0.99),
      Setting("classCount", \.classCount, in: 2...1_000_000, none: "auto"),
    ]
  }

  public var frameCount: Int { network.frameCount }

  public var imageSize: Int {
    get { network.height }
    set { (network.height, network.width) = (newValue, newValue) }
  }

  public var pooling: Pooling {
    get { network.poolsMean ? .mean : .first }
    set { network.poolsMean = newValue == .mean }
  }

  public var tokenSize: GridStride { GridStride(network.tubeletSize, network.patchSize, network.patchSize) }

  public func masked(predictionWidth: Int) throws -> any MaskedBackbone {
    try VideoMAE(network, predictionWidth: predictionWidth)
  }

  public func classifier(classCount: Int, _ head: ClassifierHead) throws -> VideoClassifier {
    try VideoClassifier(VideoViT(network), classCount: classCount, head)
  }
}
