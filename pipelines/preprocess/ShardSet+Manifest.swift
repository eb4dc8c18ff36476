public import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
public import SluiceShards
internal import SluiceTraining

extension ShardSet {
  /// What the set consists of, from its index: paths, parts, labels, captions and classes.
  /// - Throws: ``ShardError`` if an entry is damaged.
  public func manifest() throws -> DatasetManifest {
    try Clips(videos: DatasetList(items: []), shards: [self]).manifest()
  }

  /// What stands beside the shards about that; `nil` if nothing does, as in sets from before version 0.1.0.
  /// - Throws: ``DatasetListError`` if it is damaged.
  public static func storedManifest(in directory: String) throws -> DatasetManifest? {
    let path = manifestPath(in: directory)
    guard FileKind(at: path) != nil else { return nil }
    return try DatasetManifest(compressed: readFile(path), name: path)
  }

  /// Writes beside the shards what the set consists of.
  /// - Throws: an error that says what is damaged or cannot be written.
  @discardableResult
  public static func storeManifest(in directory: String) throws -> DatasetManifest {
    let manifest = try ShardSet(directory).manifest()
    let bytes = try manifest.compressed()
    do { try OutputFile.replace(manifestPath(in: directory), with: bytes) } catch { throw RunError(.file, "\(error)") }
    return manifest
  }

  /// How what stands beside the shards differs from what they hold, as a sentence; `nil` if it does not, or nothing stands
  /// there.
  public static func manifestProblem(in directory: String) -> String? {
    do {
      guard let stored = try storedManifest(in: directory) else { return nil }
      let manifest = try ShardSet(directory).manifest()
      guard stored.identity != manifest.identity else { return nil }
      let difference = manifest.difference(from: stored).first.map { ": \($0)" } ?? ""
      return "\(manifestPath(in: directory)) is that of another set\(difference)"
    } catch {
      return "\(error)"
    }
  }
}
