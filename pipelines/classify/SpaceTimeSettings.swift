public import SluiceFlow
public import SluiceModels

/// What `--set model.…` decides of a TimeSformer or a ViViT.
public struct SpaceTimeSettings: Sendable {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// Four narrow blocks on small frames: minutes on two cores.
    case small
    /// The published network.
    case base
  }

  public var preset: Preset = .small {
    didSet { network = preset == .base ? base : base.small }
  }
  public var network: SpaceTimeConfiguration
  public var classCount: Int?
  /// What is done to weights that were not made for it.
  public var weights: SpaceTimeImport = SpaceTimeImport()
  // The published network.
  private let base: SpaceTimeConfiguration

  /// The small version of a published network.
  public init(base: SpaceTimeConfiguration) {
    self.base = base
    network = base.small
  }
}

extension SpaceTimeSettings {
  /// - Parameter attentions: those that the network has.
  static func settings(attentions: [SpaceTimeConfiguration.Attention]) -> [Setting<Self>] {
    let stacks: [Setting<Self>] = [
      Setting("temporalDepth", \.network.temporalDepth, in: 1...4096),
      Setting("factorizedClass", \.network.factorizedClass),
    ].map { $0.applying(when: "model.attention is fact_encoder") { $0.network.attention == .factorized } }
    let weights: [Setting<Self>] = [
      Setting("weights", \.weights.source),
      Setting("copy", \.weights.copy)
        .applying(when: "model.attention is divided_space_time or fact_encoder") {
          [.divided, .factorized].contains($0.network.attention)
        },
      Setting("inflation", \.weights.inflation)
        .applying(when: "model.tubeletSize is above 1") { $0.network.tubeletSize ?? 1 > 1 },
      Setting("skipsAutoencoderAttention", \.weights.skipsAutoencoderAttention),
    ]
    let shape: [Setting<Self>] = [
      Setting("preset", \.preset), Setting("attention", \.network.attention, among: attentions),
      Setting("frameCount", \.network.frameCount, in: 1...4096),
      Setting("imageSize", \.network.imageSize, in: 1...4096),
      Setting("patchSize", \.network.patchSize, in: 1...4096),
      Setting("tubeletSize", \.network.tubeletSize, in: 1...4096, none: "none"),
      Setting("dimension", \.network.dimension, in: 1...65_536),
      Setting("headCount", \.network.headCount, in: 1...4096),
      Setting("depth", \.network.depth, in: 1...4096), Setting("learnsPositions", \.network.hasLearnedPositions),
      Setting("pooling", \.network.pooling), Setting("dropPath", \.network.dropPathRate, in: 0...0.99),
      Setting("classCount", \.classCount, in: 2...1_000_000, none: "auto"),
    ]
    return shape + (attentions.contains(.factorized) ? stacks : []) + weights.map { $0.needing(option: "--from") }
  }
}

/// The settings of a network of space and time behind those of ``SpaceTimeSettings``.
public protocol SpaceTimeNetwork: ClassifierNetworkSettings {
  /// The forms of attention that the network has.
  static var attentions: [SpaceTimeConfiguration.Attention] { get }
  var shape: SpaceTimeSettings { get set }
}

extension SpaceTimeNetwork {
  public var frameCount: Int { shape.network.frameCount }
  public var imageSize: Int { shape.network.imageSize }
  public var classCount: Int? {
    get { shape.classCount }
    set { shape.classCount = newValue }
  }

  public static var settings: [Setting<Self>] {
    SpaceTimeSettings.settings(attentions: attentions).map { $0.inside(\.shape) }
  }
}

/// The recipes of networks of space and time.
public enum SpaceTimePreset: String, Sendable, CaseIterable {
  /// For small networks on small sets.
  case small
  /// VideoTransformer-pytorch's.
  case vtp

  init(for network: some SpaceTimeNetwork) {
    self = network.shape.preset == .base ? .vtp : .small
  }

  func recipe(frameStride: Int) -> FineTuningRecipe {
    self == .vtp ? .videoTransformer(frameStride: frameStride) : .small(frameStride: frameStride)
  }
}

extension SpaceTimeConfiguration {
  /// Four blocks of width 128 on frames of 96 pixels, two in the temporal stack where there is one.
  var small: SpaceTimeConfiguration {
    var small = self
    (small.imageSize, small.dimension, small.headCount) = (96, 128, 4)
    (small.depth, small.temporalDepth, small.dropPathRate) = (4, 2, 0)
    return small
  }
}
