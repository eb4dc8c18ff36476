internal import CLinux
internal import Glibc
internal import SluicePlatform

extension CheckpointFolder {
  /// Writes a state as the checkpoint of its step, then removes checkpoints that need not stay.
  ///
  /// When this returns the checkpoint is on the disk. When it throws, the folder holds what it held before.
  ///
  /// - Returns: the checkpoint's directory.
  /// - Throws: ``CheckpointError`` when the disk is full or fails, naming the last checkpoint that is there.
  @discardableResult
  public func save(_ state: TrainingState) throws(CheckpointError) -> String {
    let name = Step(state.position.step).name
    do throws(CheckpointError) {
      try create(path)
      try removeLeftovers()
      try requireSpace(for: state)
      let temporary = "\(path)/.\(name).tmp-\(getpid())"
      do throws(CheckpointError) {
        try write(state, to: temporary, as: "\(path)/\(name)")
        try put(temporary, inPlaceOf: "\(path)/\(name)")
      } catch {
        removeTree(temporary)
        throw error
      }
    } catch {
      throw try explained(error)
    }
    try removeSuperfluous()
    return "\(path)/\(name)"
  }

  /// Replaces the position of a checkpoint, such as its metrics, and leaves its tensors where they are on the disk.
  ///
  /// - Throws: ``CheckpointError`` if there is no whole checkpoint of that step, or nothing can be written; the checkpoint
  ///   is what it was then.
  public func amend(_ position: TrainingPosition) throws(CheckpointError) {
    let name = Step(position.step).name
    let present = try SavedCheckpoint(path: "\(path)/\(name)")
    let temporary = "\(path)/.\(name).tmp-\(getpid())"
    do throws(CheckpointError) {
      try removeLeftovers()
      try make(temporary, as: name)
      var manifest = present.manifest
      for file in manifest.files.keys where file != CheckpointFile.position {
        guard unsafe link("\(present.path)/\(file)", "\(temporary)/\(file)") == 0 else {
          // A file system without links: the checkpoint is written once more.
          removeTree(temporary)
          var state = try present.state()
          state.position = position
          try save(state)
          return
        }
      }
      manifest.files[CheckpointFile.position] = try add(CheckpointFile.position, of: name, in: temporary) {
        (file: inout CheckpointOutput) throws(CheckpointError) in
        try file.write(encodeJSON(position))
      }
      try finish(manifest, of: name, in: temporary)
      try put(temporary, inPlaceOf: "\(path)/\(name)")
    } catch {
      removeTree(temporary)
      throw try explained(error)
    }
    try removeSuperfluous()
  }

  private func make(_ directory: String, as name: String) throws(CheckpointError) {
    guard unsafe mkdir(directory, 0o777) == 0 else {
      throw CheckpointError(.unwritable, file: name, "cannot create \(directory): \(systemMessage(errno))")
    }
  }

  /// Writes one file of a checkpoint.
  private func add(
    _ file: String, of name: String, in directory: String,
    _ body: (inout CheckpointOutput) throws(CheckpointError) -> Void
  ) throws(CheckpointError) -> CheckpointManifest.Entry {
    var output = try CheckpointOutput(at: "\(directory)/\(file)", for: "\(name)/\(file)")
    try body(&output)
    try output.finish()
    return CheckpointManifest.Entry(byteCount: output.byteCount, crc32: output.checksum.value)
  }

  /// Writes the list of files, which makes the checkpoint complete.
  private func finish(
    _ manifest: CheckpointManifest, of name: String, in directory: String
  ) throws(CheckpointError) {
    var output = try CheckpointOutput(at: "\(directory)/\(CheckpointManifest.name)", for: name)
    try output.write(encodeJSON(manifest))
    try output.finish()
    try synchronize(directory)
  }

  private func write(_ state: TrainingState, to directory: String, as name: String) throws(CheckpointError) {
    try make(directory, as: name)
    var manifest = CheckpointManifest()
    func add(
      _ file: String, _ body: (inout CheckpointOutput) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
      manifest.files[file] = try self.add(file, of: name, in: directory, body)
    }
    // "pt" is what readers of other frameworks want to see before they take the names for a PyTorch state dict.
    let metadata = ["format": "pt", "step": "\(state.position.step)"]
    try add(CheckpointFile.parameters) { (file: inout CheckpointOutput) throws(CheckpointError) in
      try SafetensorsFile.write(SafetensorsFile.contents(of: state.parameters), metadata: metadata, into: &file)
    }
    try add(CheckpointFile.optimizer) { (file: inout CheckpointOutput) throws(CheckpointError) in
      try SafetensorsFile.write(SafetensorsFile.contents(of: state.optimizer), metadata: [:], into: &file)
    }
    try add(CheckpointFile.position) { (file: inout CheckpointOutput) throws(CheckpointError) in
      try file.write(encodeJSON(state.position))
    }
    try add(CheckpointFile.configuration) { (file: inout CheckpointOutput) throws(CheckpointError) in
      try file.write(encodeJSON(state.configuration))
    }
    try finish(manifest, of: name, in: directory)
  }

  /// Renames the finished directory; one of the same step is exchanged in one operation where the system can.
  private func put(_ temporary: String, inPlaceOf final: String) throws(CheckpointError) {
    if unsafe access(final, F_OK) == 0 {
      guard unsafe sluice_exchange(temporary, final) == 0 else {
        throw CheckpointError(.unwritable, file: final, "cannot be replaced: \(systemMessage(errno))")
      }
      try synchronize(path)
      removeTree(temporary)
      return
    }
    do { try moveIntoPlace(temporary, as: final) } catch { throw CheckpointError(error, file: final) }
  }

  private func create(_ directory: String) throws(CheckpointError) {
    do { try createDirectories(directory) } catch { throw CheckpointError(error, file: error.path) }
  }

  private func synchronize(_ directory: String) throws(CheckpointError) {
    do { try synchronizeDirectory(directory) } catch { throw CheckpointError(error, file: directory) }
  }

  /// Fails at once when the disk has less room than the tensors take.
  private func requireSpace(for state: TrainingState) throws(CheckpointError) {
    let tensors = [state.parameters, state.optimizer].joined()
    let wanted = tensors.reduce(0) { $0 + $1.value.count * $1.value.elementType.byteCount }
    guard let free = freeDiskSpace(at: path), wanted > free else { return }
    throw CheckpointError(
      .unwritable, file: "\(path)/\(Step(state.position.step).name)",
      "no space left on device: \(wanted) bytes are wanted, \(free) are free; make room on the disk")
  }

  private func explained(_ error: CheckpointError) throws(CheckpointError) -> CheckpointError {
    guard error.code == .unwritable else { return error }
    let last =
      try survey().complete.last.map { "The last checkpoint, \($0.path), is whole: go on from it by --resume" }
      ?? "There is no checkpoint yet"
    return CheckpointError(error.code, file: error.file, position: error.position, "\(error.reason). \(last)")
  }
}

// Removing
extension CheckpointFolder {
  /// Removes the checkpoints that are neither among the last nor the best.
  private func removeSuperfluous() throws(CheckpointError) {
    let complete = try survey().complete
    let bestPath = best?.choose(from: complete)?.path
    for checkpoint in complete.dropLast(keepLast) where checkpoint.path != bestPath {
      // Renamed first: a removal that is cut off leaves nothing that looks like a checkpoint.
      let name = Step(checkpoint.position.step).name
      let doomed = "\(path)/.\(name).tmp-removed"
      removeTree(doomed)
      guard unsafe rename(checkpoint.path, doomed) == 0 else { continue }
      removeTree(doomed)
    }
  }

  /// Removes what a killed run left half written.
  private func removeLeftovers() throws(CheckpointError) {
    for name in try directoryEntries(path) where name.hasPrefix(".step-") && name.contains(".tmp-") {
      removeTree("\(path)/\(name)")
    }
  }
}
