internal import FoundationEssentials
public import SluiceCheckpoints
public import SluiceDatasets
public import SluiceTraining

/// What a checkpoint of Sluice says about its model: which system it is of, and everything that was decided.
public struct StoredModel: Sendable {
  /// The checkpoint: of a run the best by validation, or the last.
  public let checkpoint: SavedCheckpoint
  /// The system's name.
  public let system: String
  /// The values of all settings that it was made with.
  public let values: [String: String]
  /// The classes that it knows by name.
  public let classes: ClassMap
  /// What was asked for when it was trained.
  public let request: RunRequest

  /// Opens a run or a checkpoint; `nil` if `path` is neither.
  /// - Throws: an error that says what is damaged or missing.
  public init?(opening path: String, _ choice: CheckpointChoice = .best) throws {
    if let chosen = try RunDirectory(path: path).checkpoint(choice) {
      try self.init(chosen)
    } else if FileManager.default.fileExists(atPath: path + "/manifest.json") {
      try self.init(SavedCheckpoint(path: path))
    } else {
      return nil
    }
  }

  /// Reads what a checkpoint says.
  /// - Throws: ``RunError`` if it does not say of which system it is.
  init(_ checkpoint: SavedCheckpoint) throws {
    self.checkpoint = checkpoint
    let configuration = checkpoint.configuration
    let values = RunConfiguration.settings(in: configuration)
    guard let system = values["pipeline"] else {
      throw RunError(.weights, "\(checkpoint.path) does not say which pipeline it is of. Name a checkpoint of a run.")
    }
    self.system = system
    self.values = values
    classes = checkpoint.classes
    let asked = try configuration["request"].json()
    request = (try? JSONDecoder().decode(RunRequest.self, from: Data(asked.utf8))) ?? RunRequest()
  }
}
