public import SluiceFlow
public import SluiceModels
public import SluiceNN

/// What distinguishes one system of masked pre-training from another: its network and its recipes.
///
/// ```swift
/// typealias VideoMAEPretraining = MaskedPretraining<VideoMAEDeclaration>
/// ```
public protocol MaskedDeclaration: Sendable {
  associatedtype Network: MaskedNetworkSettings
  /// The recipes by name.
  associatedtype Preset: RawRepresentable<String> & CaseIterable & Sendable

  /// What the command line calls the system.
  static var name: String { get }
  /// One sentence for `--help`.
  static var summary: String { get }

  /// The masks that the network can be trained with; all unless said.
  static var masks: [MaskedRecipe.Mask] { get }
  /// The recipe that a network comes with.
  static func preset(for network: Network) -> Preset
  /// What a recipe decides.
  static func recipe(_ preset: Preset) -> MaskedRecipe
  /// What a recipe decides for a network: where its authors trained sizes differently, that of the size.
  static func recipe(_ preset: Preset, for network: Network) -> MaskedRecipe
  /// Changes a network to that of a recipe.
  static func adapt(_ network: inout Network, to preset: Preset)
  /// Other systems whose checkpoints a network can begin with.
  static var origins: [String] { get }
}

extension MaskedDeclaration {
  public static var masks: [MaskedRecipe.Mask] { MaskedRecipe.Mask.allCases }

  public static func recipe(_ preset: Preset, for network: Network) -> MaskedRecipe { recipe(preset) }

  public static func adapt(_ network: inout Network, to preset: Preset) {}

  public static var origins: [String] { [] }
}

extension MaskedNetworkSettings {
  public static var maskedSettings: [Setting<Self>] { [] }
}

/// The settings of a network, `--set model.…`; one called `preset` replaces all others.
public protocol NetworkSettings: Configurable {
  /// The network of a run that is not told otherwise.
  init()
  /// Frames of a clip.
  var frameCount: Int { get }
  /// Height and width of a frame, pixels.
  var imageSize: Int { get }

  /// The rates and decays of the network's parameters.
  /// - Parameter layerDecay: the factor of the rate from one block to the one below it; 1 for none.
  func groups(layerDecay: Double) -> GroupRules
}

extension NetworkSettings {
  /// Vectors, biases and learned tokens are not decayed.
  public func groups(layerDecay: Double) -> GroupRules { layerDecay == 1 ? .plain : .layerDecay(layerDecay) }
}

/// The settings of a network that predicts hidden tokens.
public protocol MaskedNetworkSettings: NetworkSettings {
  /// The settings that pre-training has besides those of every use of the network.
  static var maskedSettings: [Setting<Self>] { get }

  /// Frames, height and width of a token.
  var tokenSize: GridStride { get }

  /// Describes the network.
  /// - Parameter predictionWidth: values for each token.
  /// - Throws: ``ModelError`` if the settings contradict each other.
  func masked(predictionWidth: Int) throws -> any MaskedBackbone
}
