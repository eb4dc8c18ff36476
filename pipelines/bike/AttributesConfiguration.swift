public import SluiceFlow
public import SluiceNN
public import SluiceTraining

/// Everything that decides a run of BIKE's attributes branch.
public struct AttributesConfiguration: SystemConfiguration {
  public private(set) var preset: BIKEConfiguration.Preset = .quick
  public var recipe: AttributesRecipe = AttributesRecipe(.quick)

  public init() {}

  /// Takes a recipe with all its values.
  public mutating func choose(_ preset: BIKEConfiguration.Preset) {
    self.preset = preset
    recipe = AttributesRecipe(preset)
  }

  public static var presets: [String] { ["recipe.preset"] }

  public static var settings: [Setting<Self>] {
    let preset = Setting<Self>("recipe.preset", \.preset, among: AttributesRecipe.presets)
    return [preset.afterwards { $0.choose($0.preset) }] + AttributesRecipe.settings.map { $0.inside(\.recipe) }
  }
}

/// How sentences of attributes are compared with the names of classes.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `train_attributes.py`.
public struct AttributesRecipe: Sendable, Equatable {
  /// Phrases of a sentence, the likeliest of the video.
  public var phraseCount: Int = 5
  /// What the scores of a batch are compared by.
  public var loss: PairLoss.Kind = .nce
  public var optimizer: BIKEOptimizerRecipe

  /// The recipes that differ: the published one trains all sets alike, for 30 epochs or, where videos are tuned, for 20.
  static let presets: [BIKEConfiguration.Preset] = [.quick, .k400, .anet]

  /// A recipe with all its values.
  init(_ preset: BIKEConfiguration.Preset) {
    optimizer = BIKERecipe(preset).optimizer
    // The head alone learns here, whatever the towers are.
    if preset == .quick { optimizer.clipRatio = 0.1 }
  }
}

extension AttributesRecipe: Configurable {
  public static var settings: [Setting<Self>] {
    [Setting("recipe.phrases", \.phraseCount, in: 1...1000), Setting("recipe.loss", \.loss)]
      + BIKEOptimizerRecipe.settings.map { $0.inside(\.optimizer) }
  }
}
