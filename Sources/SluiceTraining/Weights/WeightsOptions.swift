internal import FoundationEssentials
public import SluiceCheckpoints

/// Which checkpoint of a run is read.
public enum CheckpointChoice: String, Sendable, CaseIterable, Codable {
  /// That of the best validation, or the last one where there was none.
  case best
  case last
}

/// How the weights of a run, a checkpoint or a file are read.
public struct WeightsOptions: Sendable, Equatable {
  /// Which checkpoint of a run; the best one if `nil`.
  public var checkpoint: CheckpointChoice?
  /// Which copy of the weights; those that training stepped if `nil`.
  public var copy: WeightsChoice?
  /// Whether less than is needed is enough.
  public var isPartial: Bool = false
  /// Whether tables of positions, and filters over other numbers of frames, are resized.
  public var resizesPositions: Bool = false

  /// The defaults.
  public init() {}

  /// These, with what they do not say taken from `stored`.
  func completed(by stored: WeightsOptions) -> WeightsOptions {
    var options = self
    options.checkpoint = checkpoint ?? stored.checkpoint
    options.copy = copy ?? stored.copy
    options.isPartial = isPartial || stored.isPartial
    options.resizesPositions = resizesPositions || stored.resizesPositions
    return options
  }

  /// What differs from the defaults, by the options of the command line; without a value for those that have none.
  var words: [(option: String, value: String?)] {
    var words: [(String, String?)] = []
    if let checkpoint, checkpoint != .best { words.append(("checkpoint", checkpoint.rawValue)) }
    if let copy, copy != .raw { words.append(("weights", copy.rawValue)) }
    if isPartial { words.append(("partial", nil)) }
    if resizesPositions { words.append(("resize-positions", nil)) }
    return words
  }
}

extension WeightsOptions: Codable {
  private enum CodingKeys: String, CodingKey {
    case checkpoint, copy, isPartial, resizesPositions
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    checkpoint = try values.decodeIfPresent(CheckpointChoice.self, forKey: .checkpoint)
    copy = try values.decodeIfPresent(String.self, forKey: .copy).flatMap(WeightsChoice.init)
    isPartial = try values.decodeIfPresent(Bool.self, forKey: .isPartial) ?? false
    resizesPositions = try values.decodeIfPresent(Bool.self, forKey: .resizesPositions) ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(checkpoint, forKey: .checkpoint)
    try values.encodeIfPresent(copy?.rawValue, forKey: .copy)
    if isPartial { try values.encode(true, forKey: .isPartial) }
    if resizesPositions { try values.encode(true, forKey: .resizesPositions) }
  }
}

extension RunDirectory {
  /// The chosen checkpoint; `nil` if this is no run.
  /// - Throws: ``RunError`` if the run has no complete checkpoint.
  public func checkpoint(_ choice: CheckpointChoice) throws -> SavedCheckpoint? {
    let isCheckpoint = FileManager.default.fileExists(atPath: path + "/manifest.json")
    guard holdsRun, !isCheckpoint else { return nil }
    let complete = try CheckpointFolder(checkpoints).survey().complete
    guard let last = complete.last else {
      throw RunError(.weights, "\(checkpoints) has no complete checkpoint. Train the run on with --resume first.")
    }
    guard choice == .best else { return last }
    let primary = (try? StoredConfiguration(of: self).primary) ?? .highest("top1")
    return primary.best.choose(from: complete) ?? last
  }
}
