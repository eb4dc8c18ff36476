public import SluiceFlow
public import SluiceModels

/// What `--set model.…` decides of an MViT.
public struct MViTSettings: MaskedNetworkSettings, ClassifierNetworkSettings {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// 16 frames at 112 pixels, six narrow blocks: seconds a step on two cores become tenths.
    case small
    /// The published network: 16 frames at 224 pixels, 36 million parameters.
    case base
    /// The network of `sluice demo`: 8 frames at 48 pixels, tokens of 8 pixels, four blocks.
    case demo
  }

  /// The versions there are.
  public enum Architecture: String, Sendable, CaseIterable {
    /// Absolute positions, as VideoTransformer-pytorch trains it.
    case mvit
    /// Relative positions and residual pooling, as SlowFast trains it.
    case mvitv2 = "mvitv2_s"
  }

  public var preset: Preset = .small {
    didSet {
      network =
        switch preset {
        case .small: .small
        case .base: .base
        case .demo: .demo
        }
      (architecture, classCount) = (.mvit, nil)
    }
  }
  public var architecture: Architecture = .mvit
  public var network: MViTConfiguration = .small
  public var classCount: Int?

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("architecture", \.architecture),
      Setting("frameCount", \.network.frameCount, in: 1...4096),
      Setting("imageSize", \.network.imageSize, in: 1...4096),
      Setting("dimension", \.network.dimension, in: 1...65_536), Setting("depth", \.network.depth, in: 1...4096),
      Setting("headCount", \.network.headCount, in: 1...4096),
      Setting("stages", \.stages, in: 2...3).applying(when: "model.depth is above 14") { $0.network.depth > 14 },
      Setting("dropPath", \.network.dropPathRate, in: 0...0.99),
    ]
  }

  public static var classifierSettings: [Setting<Self>] {
    [Setting("pooling", \.network.pooling), Setting("classCount", \.classCount, in: 2...1_000_000, none: "auto")]
  }

  /// Pooling stages; the third one is that of published classifiers.
  private var stages: Int {
    get { network.queryStrides[14] == nil ? 2 : 3 }
    set { network.queryStrides[14] = newValue == 3 ? [1, 2, 2] : nil }
  }

  public var frameCount: Int { network.frameCount }
  public var imageSize: Int { network.imageSize }
  public var tokenSize: GridStride { network.tokenSize }

  public func masked(predictionWidth: Int) throws -> any MaskedBackbone {
    switch architecture {
    case .mvit: try MViT(network, predictionWidth: predictionWidth)
    case .mvitv2: try MViTv2(network, predictionWidth: predictionWidth)
    }
  }

  public func classifier(classCount: Int, _ head: ClassifierHead) throws -> VideoClassifier {
    switch architecture {
    case .mvit: try VideoClassifier(MViT(network), classCount: classCount, head)
    case .mvitv2: try VideoClassifier(MViTv2(network), classCount: classCount, head)
    }
  }
}

extension MViTConfiguration {
  /// The base network with a third of the width, six blocks and frames of 112 pixels.
  public static let small: MViTConfiguration = {
    var small = MViTConfiguration.base
    small.imageSize = 112
    small.dimension = 32
    small.depth = 6
    small.dimensionFactors = [1: 2, 3: 2]
    small.headFactors = [1: 2, 3: 2]
    return small
  }()
}
