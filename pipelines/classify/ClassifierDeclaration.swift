public import SluiceFlow
public import SluiceNN

/// What distinguishes one system of fine-tuning from another: its network and its recipes.
public protocol ClassifierDeclaration: Sendable {
  associatedtype Network: ClassifierNetworkSettings
  /// The recipes by name.
  associatedtype Preset: RawRepresentable<String> & CaseIterable & Sendable

  /// What the command line calls the system.
  static var name: String { get }
  /// One sentence for `--help`.
  static var summary: String { get }

  /// Systems of pre-training whose checkpoints a network can begin with.
  static var origins: [String] { get }

  /// The recipe that a network comes with.
  static func preset(for network: Network) -> Preset
  /// What a recipe decides.
  static func recipe(_ preset: Preset) -> FineTuningRecipe
  /// What a recipe decides for a network: where its authors trained sizes differently, that of the size.
  static func recipe(_ preset: Preset, for network: Network) -> FineTuningRecipe
  /// Changes a network to that of a recipe.
  static func adapt(_ network: inout Network, to preset: Preset)
}

extension ClassifierDeclaration {
  public static func recipe(_ preset: Preset, for network: Network) -> FineTuningRecipe { recipe(preset) }

  public static func adapt(_ network: inout Network, to preset: Preset) {}

  public static var origins: [String] { [] }
}

/// The settings of a network that classifies clips.
public protocol ClassifierNetworkSettings: NetworkSettings {
  /// The settings that classification has besides those of every use of the network.
  static var classifierSettings: [Setting<Self>] { get }

  /// Classes; as many as the data has if `nil`.
  var classCount: Int? { get set }

  /// Describes the network with its head.
  /// - Throws: ``ModelError`` if the settings contradict each other.
  func classifier(classCount: Int, _ head: ClassifierHead) throws -> VideoClassifier

  /// The rates and decays of the network's parameters.
  /// - Parameters:
  ///   - layerDecay: the factor of the rate from one block to the one below it; 1 for none.
  ///   - backboneRate: the rate of all parameters but the head's, over the head's.
  ///   - head: what checkpoints call the head's weight and bias, less `.weight` and `.bias`.
  func groups(layerDecay: Double, backboneRate: Double, head: String) -> GroupRules
}

extension ClassifierNetworkSettings {
  public static var classifierSettings: [Setting<Self>] { [] }

  /// Those of every use of the network; the backbone's rates are multiplied.
  public func groups(layerDecay: Double, backboneRate: Double, head: String) -> GroupRules {
    let layers = groups(layerDecay: layerDecay)
    guard backboneRate != 1 else { return layers }
    return layers.multiplied(
      by: GroupRules([GroupRule(.prefix(head + "."), name: "head"), GroupRule(.all, rate: backboneRate)]))
  }
}
