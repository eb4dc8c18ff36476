internal import SluiceCheckpoints
internal import SluicePlatform

/// What tells the weights that a run began with from others, wherever they are: `step 40, 1a2b3c4d`.
enum WeightsIdentity {
  /// The identity of a checkpoint or a file; `nil` if it cannot be read any more.
  static func text(of checkpoint: SavedCheckpoint?, at path: String) -> String? {
    if let checkpoint {
      return "step \(checkpoint.position.step), \(checkpoint.parametersChecksum.padded(to: 8, radix: 16))"
    }
    guard let size = fileSize(at: path), let sum = try? checksum(ofFile: path) else { return nil }
    return "\(size) bytes, \(sum.padded(to: 8, radix: 16))"
  }

  /// The identity of all that `--from` names; `nil` if some of it cannot be read any more.
  static func text(of paths: [String], _ choice: CheckpointChoice?) -> String? {
    let texts = paths.compactMap { text(of: $0, choice) }
    return texts.count == paths.count ? joined(texts) : nil
  }

  /// The identities of several files as one.
  static func joined(_ texts: [String]) -> String { texts.joined(separator: "; ") }

  /// The identity of what `--from` names.
  private static func text(of path: String, _ choice: CheckpointChoice?) -> String? {
    if let saved = try? RunDirectory(path: path).checkpoint(choice ?? .best) { return text(of: saved, at: saved.path) }
    return text(of: try? SavedCheckpoint(path: path), at: path)
  }
}
