/// Which data a run was made with: its content, not where it is.
///
/// Two sets are the same if they have the same samples in the same order: path, part, labels, captions and names of
/// classes; files' bytes do not count. ``DatasetManifest`` has what the digest is of, and finds where two sets differ.
public struct DatasetIdentity: Sendable, Hashable, Codable, CustomStringConvertible {
  /// SHA-256 of the manifest, hexadecimal.
  public let digest: String
  /// Samples of the set.
  public let count: Int

  public init(digest: String, count: Int) {
    self.digest = digest
    self.count = count
  }

  public var description: String { "\(count) samples, \(digest.prefix(16))" }
}
