public import SluiceFlow
public import SluiceTraining

/// Everything that decides a run of BEVT's pre-training.
public struct BEVTConfiguration<Declaration: BEVTDeclaration>: SystemConfiguration {
  public var network: SwinSettings
  public private(set) var preset: Declaration.Preset
  public var recipe: StreamRecipe

  public init() {
    network = SwinSettings()
    preset = Declaration.preset(for: network)
    recipe = Declaration.recipe(preset)
    Declaration.adapt(&network)
  }

  /// Takes a recipe with all its values.
  public mutating func choose(_ preset: Declaration.Preset) {
    self.preset = preset
    recipe = Declaration.recipe(preset)
  }

  public static var presets: [String] { ["model.preset", "recipe.preset"] }

  public static var builtGroups: Set<String> { ["wrappedTubeMask", "secondView", "stillFrame", "augment2"] }

  public static var settings: [Setting<Self>] {
    let network = SwinSettings.settings.map { setting in
      let own = setting.inside(\Self.network, prefix: "model.")
      return setting.name == "preset"
        ? own.afterwards {
          Declaration.adapt(&$0.network)
          $0.choose(Declaration.preset(for: $0.network))
        } : own
    }
    let preset = Setting("recipe.preset", \Self.preset).afterwards { $0.choose($0.preset) }
    let ofClips: Set<String> = ["model.frameCount", "model.windowSteps"]
    return network.filter { Declaration.hasClips || !ofClips.contains($0.name) } + [preset]
      + StreamRecipe.settings(hasClips: Declaration.hasClips).map { $0.inside(\.recipe) }
  }
}

/// What distinguishes the pre-training from images from that from clips and images.
public protocol BEVTDeclaration: Sendable {
  /// The recipes by name.
  associatedtype Preset: RawRepresentable<String> & CaseIterable & Sendable

  /// What the command line calls the system.
  static var name: String { get }
  /// One sentence for `--help`.
  static var summary: String { get }
  /// Whether `--data` are clips, with images beside them; images if not.
  static var hasClips: Bool { get }
  /// Other systems whose checkpoints a network can begin with.
  static var origins: [String] { get }

  /// The recipe that a network comes with.
  static func preset(for network: SwinSettings) -> Preset
  /// What a recipe decides.
  static func recipe(_ preset: Preset) -> StreamRecipe
  /// Changes the network of a size to that of pre-training.
  static func adapt(_ network: inout SwinSettings)
}
