public import SluiceFlow

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
}

extension ClassifierDeclaration {
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
}

extension ClassifierNetworkSettings {
  public static var classifierSettings: [Setting<Self>] { [] }
}
