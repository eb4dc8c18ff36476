internal import SluiceModels
internal import SluicePlatform

/// The sizes of MViT that `--set model.preset=…` knows.
enum MViTPreset: String, CaseIterable {
  /// 16 frames at 112 pixels, six narrow blocks: seconds a step on two cores become tenths.
  case small
  /// The published network: 16 frames at 224 pixels, 36 million parameters.
  case base

  var configuration: MViTConfiguration {
    switch self {
    case .base: return .base
    case .small:
      var small = MViTConfiguration.base
      small.imageSize = 112
      small.dimension = 32
      small.depth = 6
      small.dimensionFactors = [1: 2, 3: 2]
      small.headFactors = [1: 2, 3: 2]
      return small
    }
  }

  /// The preset that `settings` name, and its configuration.
  /// - Throws: ``RunError`` for a setting of the model that is not there, naming the nearest.
  static func chosen(by settings: [String: String]) throws(RunError) -> (MViTPreset, MViTConfiguration) {
    for name in settings.keys.sorted() where name.hasPrefix("model.") && name != "model.preset" {
      throw RunError(.configuration, "--set \(name): the model has one setting, model.preset.")
    }
    let name = settings["model.preset"] ?? MViTPreset.small.rawValue
    guard let preset = MViTPreset(rawValue: name) else {
      let names = allCases.map(\.rawValue)
      let hint = nearestName(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
      throw RunError(
        .configuration,
        "--set model.preset=\(name): there is no such size.\(hint) There are: \(names.joined(separator: ", ")).")
    }
    return (preset, preset.configuration)
  }
}
