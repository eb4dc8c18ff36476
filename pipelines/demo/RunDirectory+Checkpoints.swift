internal import FoundationEssentials
internal import SluiceCheckpoints

extension RunDirectory {
  /// Whether there is a checkpoint to go on with.
  var hasCheckpoint: Bool {
    get throws { try !CheckpointFolder(checkpoints).survey().complete.isEmpty }
  }

  /// Removes the run and all that it left.
  /// - Throws: ``RunError`` if something of it cannot be removed.
  func remove() throws(RunError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw RunError(.file, "\(path) cannot be removed: \(error).")
    }
  }
}
