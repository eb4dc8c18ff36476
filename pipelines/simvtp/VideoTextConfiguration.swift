public import SluiceFlow
public import SluiceTraining

/// Everything that decides a run of one of SimVTP's systems.
public struct VideoTextConfiguration<Declaration: VideoTextDeclaration>: SystemConfiguration {
  public var network: SimVTPSettings
  public private(set) var preset: Declaration.Preset
  public var recipe: VideoTextRecipe

  public init() {
    network = SimVTPSettings()
    preset = Declaration.preset(for: network)
    recipe = Declaration.recipe(preset)
    Declaration.adapt(&network, to: preset)
  }

  /// Takes a recipe with all its values, and the network that it asks for.
  public mutating func choose(_ preset: Declaration.Preset) {
    self.preset = preset
    recipe = Declaration.recipe(preset)
    Declaration.adapt(&network, to: preset)
  }

  public static var presets: [String] { ["model.preset", "recipe.preset"] }

  public static var builtGroups: Set<String> { Declaration.isTuning ? [] : ["tubeMask", "pixelTarget"] }

  public static var settings: [Setting<Self>] {
    let network = SimVTPSettings.settings(isTuning: Declaration.isTuning).map { setting in
      let own = setting.inside(\Self.network, prefix: "model.")
      return setting.name == "preset" ? own.afterwards { $0.choose(Declaration.preset(for: $0.network)) } : own
    }
    let preset = Setting("recipe.preset", \Self.preset).afterwards { $0.choose($0.preset) }
    return network + [preset]
      + VideoTextRecipe.settings(isTuning: Declaration.isTuning).map { $0.inside(\.recipe) }
  }
}

/// What distinguishes SimVTP's fine-tuning from its pre-training: the recipes.
public protocol VideoTextDeclaration: Sendable {
  /// The recipes by name.
  associatedtype Preset: RawRepresentable<String> & CaseIterable & Sendable

  /// Whether nothing is hidden, and two towers are compared.
  static var isTuning: Bool { get }
  /// The recipe that a network comes with.
  static func preset(for network: SimVTPSettings) -> Preset
  /// What a recipe decides.
  static func recipe(_ preset: Preset) -> VideoTextRecipe
  /// Changes a network to that of a recipe.
  static func adapt(_ network: inout SimVTPSettings, to preset: Preset)
}

extension VideoTextDeclaration {
  public static func adapt(_ network: inout SimVTPSettings, to preset: Preset) {}
}
