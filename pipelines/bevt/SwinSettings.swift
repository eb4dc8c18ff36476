public import SluiceFlow
public import SluiceModels
public import SluiceNN

/// What `--set model.…` decides of a Video Swin transformer.
public struct SwinSettings: ClassifierNetworkSettings {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// Five narrow blocks on 64-pixel frames: minutes on two cores.
    case compact
    /// Video Swin-T.
    case tiny
    /// Video Swin-S.
    case small
    /// Video Swin-B.
    case base
    /// Video Swin-L.
    case large

    var network: SwinConfiguration {
      switch self {
      case .compact: .compact
      case .tiny: .tiny
      case .small: .small
      case .base: .base
      case .large: .large
      }
    }
  }

  public var preset: Preset = .compact {
    didSet {
      (network, classCount) = (preset.network, nil)
      if preset != .compact { network.frameCount = 32 }
    }
  }
  public var network: SwinConfiguration = .compact
  public var classCount: Int?

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("frameCount", \.network.frameCount, in: 1...4096),
      Setting("imageSize", \.network.imageSize, in: 32...4096),
      Setting("dimension", \.network.dimension, in: 1...65_536),
      Setting("depths", \.depths, form: StageCounts.form), Setting("headCounts", \.headCounts, form: StageCounts.form),
      Setting("windowSteps", \.network.window.time, in: 1...4096),
      Setting("windowSide", \.windowSide, in: 1...4096),
      Setting("dropPath", \.network.dropPathRate, in: 0...0.99),
    ]
  }

  /// BEVT's rules: of the parts of a name the longest decides, for rates and decay together.
  ///
  /// Tables of distances learn at the full rate, and the norms of blocks are decayed, as published.
  /// - Source: BEVT, the configurations of fine-tuning.
  public func groups(layerDecay: Double) -> GroupRules { groups(layerDecay: layerDecay, backboneRate: 1, head: "") }

  /// The same rules with a rate of the backbone's own, under which its norms are decayed too.
  public func groups(layerDecay: Double, backboneRate: Double, head: String) -> GroupRules {
    var factors: [String: (rate: Double, decay: Double)] = [
      "absolute_pos_embed": (1, 0), "relative_position_bias_table": (1, 0), "norm": (1, 0),
    ]
    if backboneRate != 1 { factors["backbone"] = (backboneRate, 1) }
    guard layerDecay != 1 else { return .longestPart(factors) }
    factors["backbone.norm"] = (backboneRate * layerDecay, 0)
    var rate = backboneRate
    for part in partsFromTheHead {
      rate *= layerDecay
      factors[part] = (rate, 1)
    }
    return .longestPart(factors)
  }

  /// The blocks of a stage, then what joins it to the one below, down to the patches.
  private var partsFromTheHead: [String] {
    let stages = network.depths.enumerated().reversed().flatMap { stage, depth in
      (0..<depth).reversed().map { "backbone.layers.\(stage).blocks.\($0)" }
        + (stage > 0 ? ["backbone.layers.\(stage - 1).downsample"] : [])
    }
    return stages + ["backbone.patch_embed"]
  }

  public static var classifierSettings: [Setting<Self>] {
    [Setting("classCount", \.classCount, in: 2...1_000_000, none: "auto")]
  }

  public var frameCount: Int { network.frameCount }
  public var imageSize: Int { network.imageSize }

  /// Pixels of the side of a cell of the last stage but one, for each of which something is predicted.
  var cell: Int { network.patch.height << max(network.depths.count - 2, 0) }

  /// Blocks of each stage.
  public var depths: StageCounts {
    get { StageCounts(network.depths) }
    set { network.depths = newValue.counts }
  }

  /// Heads of each stage.
  public var headCounts: StageCounts {
    get { StageCounts(network.headCounts) }
    set { network.headCounts = newValue.counts }
  }

  /// Rows and columns of a window.
  public var windowSide: Int {
    get { network.window.height }
    set { (network.window.height, network.window.width) = (newValue, newValue) }
  }

  public func classifier(classCount: Int, _ head: ClassifierHead) throws -> VideoClassifier {
    try VideoClassifier(VideoSwin(network), classCount: classCount, head)
  }
}
