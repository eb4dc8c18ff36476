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
  let manifest: CheckpointManifest

  /// Opens the checkpoint in the directory `path`; tensors are read when asked for.
  ///
  /// - Throws: ``CheckpointError`` when a file is missing or has another length than it was written with.
  public init(path: String) throws(CheckpointError) {
    try self.init(path: path, try decodeJSON(CheckpointManifest.self, at: "\(path)/\(CheckpointManifest.name)"))
  }

  private init(path: String, _ manifest: CheckpointManifest) throws(CheckpointError) {
    guard manifest.version == CheckpointManifest.currentVersion else {
      throw CheckpointError(
        .unsupported, file: path,
        "has version \(manifest.version); this program reads version \(CheckpointManifest.currentVersion)")
    }
    let wanted = [
      CheckpointFile.parameters, CheckpointFile.optimizer, CheckpointFile.position, CheckpointFile.configuration,
    ]
    for name in wanted {
      guard manifest.files[name] != nil else {
        throw CheckpointError(.malformed, file: path, "the manifest does not list \(name)")
      }
    }
    for (name, entry) in manifest.files.sorted(by: { $0.key < $1.key }) {
      let found = try MappedFile(path: "\(path)/\(name)").count
      guard found == entry.byteCount else {
        throw CheckpointError(
          .malformed, file: "\(path)/\(name)", "has \(found) bytes, was written with \(entry.byteCount): it was cut off"
        )
      }
    }
    self.path = path
    self.manifest = manifest
    // Small, and all that is decided by them comes first: compared with their checksums wherever a checkpoint is opened.
    for name in [CheckpointFile.position, CheckpointFile.configuration] {
      try Self.verify(name, manifest, in: path)
    }
    position = try decodeJSON(TrainingPosition.self, at: "\(path)/\(CheckpointFile.position)")
    configuration = try decodeJSON(JSONValue.self, at: "\(path)/\(CheckpointFile.configuration)")
  }

  /// The checkpoint that `path` is, or that holds the weight file at `path`; `nil` if there is none.
  ///
  /// - Throws: ``CheckpointError`` when the checkpoint is not complete.
  init?(holding path: String) throws(CheckpointError) {
    if let manifest = try Self.manifest(in: path) {
      try self.init(path: path, manifest)
      return
    }
    // Beside a file of others a manifest may be anyone's.
    guard let (folder, name) = Self.parts(of: path), let manifest = try? Self.manifest(in: folder),
      manifest.files[name] != nil
    else { return nil }
    try self.init(path: folder, manifest)
  }

  private static func manifest(in folder: String) throws(CheckpointError) -> CheckpointManifest? {
    guard isDirectory(folder), try directoryEntries(folder).contains(CheckpointManifest.name) else { return nil }
    return try decodeJSON(CheckpointManifest.self, at: "\(folder)/\(CheckpointManifest.name)")
  }

  /// The folder and the name in it of a path; `nil` for a directory.
  static func parts(of path: String) -> (folder: String, name: String)? {
    guard !isDirectory(path) else { return nil }
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  /// The system that the run is of, as `sluice train` names it; `nil` for a pipeline of the user's own.
  public var system: String? { configuration["values"]["pipeline"].string }

  /// The checksum of the parameters as they were written.
  package var parametersChecksum: UInt32 { manifest.files[CheckpointFile.parameters]?.crc32 ?? 0 }

  /// Reads every file and compares its checksum.
  ///
  /// - Throws: ``CheckpointError`` naming the first file that is not what was written.
  public func verify() throws(CheckpointError) {
    for name in manifest.files.keys.sorted() { try Self.verify(name, manifest, in: path) }
  }

  /// Reads the file of that name and compares its checksum; a file that is not the checkpoint's passes.
  func verify(_ name: String) throws(CheckpointError) { try Self.verify(name, manifest, in: path) }

  private static func verify(
    _ name: String, _ manifest: CheckpointManifest, in path: String
  ) throws(CheckpointError) {
    guard let entry = manifest.files[name] else { return }
    let found = try MappedFile(path: "\(path)/\(name)").withBytes { Checksum.of($0) }
    guard found == entry.crc32 else {
      throw CheckpointError(
        .malformed, file: "\(path)/\(name)",
        "its checksum is wrong: the file was changed or damaged since it was written. Take another checkpoint of the run"
      )
    }
  }

  /// The parameters' file, compared with its checksum.
  ///
  /// - Throws: ``CheckpointError`` when it is not what was written.
  public func parameters() throws(CheckpointError) -> SafetensorsFile {
    try verify(CheckpointFile.parameters)
    return try SafetensorsFile(path: "\(path)/\(CheckpointFile.parameters)")
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
