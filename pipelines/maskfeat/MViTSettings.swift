internal import SluiceFlow
public import SluiceModels

/// What `--set model.…` decides of an MViT.
struct MViTSettings: SettingGroup {
  static let group = "model"

  /// The sizes there are.
  enum Preset: String, CaseIterable {
    /// 16 frames at 112 pixels, six narrow blocks: seconds a step on two cores become tenths.
    case small
    /// The published network: 16 frames at 224 pixels, 36 million parameters.
    case base
    /// The network of `sluice demo`: 8 frames at 48 pixels, tokens of 8 pixels, four blocks.
    case demo
  }

  /// The versions there are.
  enum Architecture: String, CaseIterable {
    /// Absolute positions, as VideoTransformer-pytorch trains it.
    case mvit
    /// Relative positions and residual pooling, as SlowFast trains it.
    case mvitv2 = "mvitv2_s"
  }

  var preset: Preset
  var architecture: Architecture
  var network: MViTConfiguration
  var classCount: Int?

  /// The preset that `request` names, with its other fields set.
  /// - Parameter architecture: unless the request says.
  /// - Throws: ``RunError`` for a setting that is not there or makes no sense.
  init(_ request: RunRequest, architecture: Architecture = .mvit) throws(RunError) {
    self.architecture = architecture
    preset = try chosen(request.settings["model.preset"], or: .small, option: "--set model.preset")
    network =
      switch preset {
      case .small: .small
      case .base: .base
      case .demo: .demo
      }
    try take(request.settings)
  }

  static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("architecture", \.architecture),
      Setting("frameCount", \.network.frameCount, in: 1...4096),
      Setting("imageSize", \.network.imageSize, in: 1...4096),
      Setting("dimension", \.network.dimension, in: 1...65_536), Setting("depth", \.network.depth, in: 1...4096),
      Setting("headCount", \.network.headCount, in: 1...4096), Setting("stages", \.stages, in: 2...3),
      Setting("pooling", \.network.pooling), Setting("dropPath", \.network.dropPathRate, in: 0...0.99),
      Setting("classCount", \.classCount, none: "auto"),
    ]
  }

  /// Pooling stages; the third one is that of published classifiers.
  private var stages: Int {
    get { network.queryStrides[14] == nil ? 2 : 3 }
    set { network.queryStrides[14] = newValue == 3 ? [1, 2, 2] : nil }
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
