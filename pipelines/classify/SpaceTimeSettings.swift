internal import SluiceFlow
internal import SluiceModels
internal import SluiceNN
internal import SluiceTensor

/// What `--set model.…` decides of a TimeSformer or a ViViT.
struct SpaceTimeSettings: SettingGroup {
  static let group = "model"

  /// The sizes there are.
  enum Preset: String, CaseIterable {
    /// Four narrow blocks on small frames: minutes on two cores.
    case small
    /// The published network.
    case base
  }

  /// Where initial weights come from.
  enum Origin: String, CaseIterable {
    /// Told from the names in the file.
    case auto
    case imagenet
    case mae
    case kinetics
  }

  var preset: Preset
  var network: SpaceTimeConfiguration
  var classCount: Int?
  var origin = Origin.auto
  var copy = SpaceTimeWeights.Copy.repeat
  var inflation = SpaceTimeWeights.Inflation.average
  var skipsAutoencoderAttention = false

  /// The preset that `request` names, with its other fields set.
  /// - Parameters:
  ///   - base: the published network.
  ///   - small: the same with other sizes.
  /// - Throws: ``RunError`` for a setting that is not there or makes no sense.
  init(
    _ request: RunRequest, base: SpaceTimeConfiguration, small: SpaceTimeConfiguration
  ) throws(RunError) {
    preset = try chosen(request.settings["model.preset"], or: .small, option: "--set model.preset")
    network = preset == .base ? base : small
    try take(request.settings)
  }

  static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("attention", \.network.attention),
      Setting("frameCount", \.network.frameCount, in: 1...4096),
      Setting("imageSize", \.network.imageSize, in: 1...4096),
      Setting("patchSize", \.network.patchSize, in: 1...4096),
      Setting("tubeletSize", \.network.tubeletSize, none: "none"),
      Setting("dimension", \.network.dimension, in: 1...65_536),
      Setting("headCount", \.network.headCount, in: 1...4096),
      Setting("depth", \.network.depth, in: 1...4096), Setting("temporalDepth", \.network.temporalDepth, in: 1...4096),
      Setting("learnsPositions", \.network.hasLearnedPositions), Setting("pooling", \.network.pooling),
      Setting("factorisedClass", \.network.factorisedClass),
      Setting("dropPath", \.network.dropPathRate, in: 0...0.99), Setting("classCount", \.classCount, none: "auto"),
      Setting("weights", \.origin), Setting("copy", \.copy), Setting("inflation", \.inflation),
      Setting("skipsAutoencoderAttention", \.skipsAutoencoderAttention),
    ]
  }

  /// A checkpoint's weights under the network's names.
  func imported(_ checkpoint: [String: Tensor]) -> [String: Tensor] {
    var weights = SpaceTimeWeights(for: network)
    (weights.copy, weights.inflation) = (copy, inflation)
    weights.skipsAutoencoderAttention = skipsAutoencoderAttention
    return weights.imported(from: checkpoint, SpaceTimeWeights.Source(rawValue: origin.rawValue))
  }
}
