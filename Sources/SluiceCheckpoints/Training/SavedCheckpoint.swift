/// A complete checkpoint on disk: every file is there with the length it was written with.
///
/// ```swift
/// let saved = try SavedCheckpoint(path: "runs/maskfeat-1/checkpoints/step-000400")
/// print(saved.position.step, saved.configuration["batch"]["size"])
/// let state = try saved.state()
/// ```
public struct SavedCheckpoint: Sendable {
  /// The checkpoint's directory.
  public let path: String
  /// Where the run was.
  public let position: TrainingPosition
  /// The run's configuration.
  public let configuration: JSONValue
  private let manifest: CheckpointManifest

  /// Opens the checkpoint in the directory `path`; tensors are read when asked for.
  ///
  /// - Throws: ``CheckpointError`` when a file is missing or has another length than it was written with.
  public init(path: String) throws(CheckpointError) {
    let manifest = try decodeJSON(CheckpointManifest.self, at: "\(path)/\(CheckpointManifest.name)")
    guard manifest.version == CheckpointManifest.currentVersion else {
      throw CheckpointError(
        .unsupported, file: path,
        "has version \(manifest.version); this program reads version \(CheckpointManifest.currentVersion)")
    }
    let wanted = [
      CheckpointFile.parameters, CheckpointFile.optimizer, CheckpointFile.position, CheckpointFile.configuration,
    ]
    for name in wanted {
      guard let entry = manifest.files[name] else {
        throw CheckpointError(.malformed, file: path, "the manifest does not list \(name)")
      }
      let found = try MappedFile(path: "\(path)/\(name)").count
      guard found == entry.byteCount else {
        throw CheckpointError(
          .malformed, file: "\(path)/\(name)", "has \(found) bytes, was written with \(entry.byteCount): it was cut off"
        )
      }
    }
    self.path = path
    self.manifest = manifest
    position = try decodeJSON(TrainingPosition.self, at: "\(path)/\(CheckpointFile.position)")
    configuration = try decodeJSON(JSONValue.self, at: "\(path)/\(CheckpointFile.configuration)")
  }

  /// Reads every file and compares its checksum.
  ///
  /// - Throws: ``CheckpointError`` naming the first file that is not what was written.
  public func verify() throws(CheckpointError) {
    for (name, entry) in manifest.files.sorted(by: { $0.key < $1.key }) {
      let found = try MappedFile(path: "\(path)/\(name)").withBytes { Checksum.of($0) }
      guard found == entry.crc32 else {
        throw CheckpointError(
          .malformed, file: "\(path)/\(name)", "its checksum is wrong: the file was changed or damaged")
      }
    }
  }

  /// The parameters' file, for loading them into a model.
  public func parameters() throws(CheckpointError) -> SafetensorsFile {
    try SafetensorsFile(path: "\(path)/\(CheckpointFile.parameters)")
  }

  /// Everything, verified.
  public func state() throws(CheckpointError) -> TrainingState {
    try verify()
    return TrainingState(
      parameters: try parameters().allTensors(),
      optimizer: try SafetensorsFile(path: "\(path)/\(CheckpointFile.optimizer)").allTensors(),
      position: position, configuration: configuration)
  }
}
