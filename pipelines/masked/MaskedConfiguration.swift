public import SluiceFlow
public import SluiceTraining

/// Everything that decides a run of masked pre-training.
public struct MaskedConfiguration<Declaration: MaskedDeclaration>: SystemConfiguration {
  public var network: Declaration.Network
  public private(set) var preset: Declaration.Preset
  public var recipe: MaskedRecipe

  public init() {
    network = Declaration.Network()
    preset = Declaration.preset(for: network)
    recipe = Declaration.recipe(preset, for: network)
    Declaration.adapt(&network, to: preset)
  }

  /// Takes a recipe with all its values, and the network that it asks for.
  public mutating func choose(_ preset: Declaration.Preset) {
    self.preset = preset
    recipe = Declaration.recipe(preset, for: network)
    Declaration.adapt(&network, to: preset)
  }

  public static var presets: [String] { ["model.preset", "recipe.preset"] }

  public static var builtGroups: Set<String> { ["hogTarget", "pixelTarget"] }

  public static var settings: [Setting<Self>] {
    let network = (Declaration.Network.settings + Declaration.Network.maskedSettings).map { setting in
      let own = setting.inside(\Self.network, prefix: "model.")
      return setting.name == "preset" ? own.afterwards { $0.choose(Declaration.preset(for: $0.network)) } : own
    }
    let preset = Setting("recipe.preset", \Self.preset).afterwards { $0.choose($0.preset) }
    return network + [preset] + MaskedRecipe.settings(masks: Declaration.masks).map { $0.inside(\.recipe) }
  }
}
