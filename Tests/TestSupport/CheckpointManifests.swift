import Foundation
import SluiceCheckpoints

/// One entry of a golden folder's `manifest.json`: a weight file and what reading it must do.
public struct GoldenCheckpoint: Sendable, CustomStringConvertible {
  /// Folder and name below the golden folder.
  public let name: String
  /// The file to read.
  public let path: String
  /// Whether it must be read; otherwise it must end in an error.
  public let isReadable: Bool
  /// The container it is said to be.
  public let format: String?
  /// The safetensors file with exactly the tensors to be found.
  public let expected: String?
  /// What stands before the names in `expected`.
  public let prefix: String
  /// Values of the module object that must be found.
  public let attributes: [String: JSONValue]

  public var description: String { name }

  /// All entries of all manifests below the golden folders.
  ///
  /// - Throws: ``GoldenError`` when a manifest lists a file that is not there.
  public static func all() throws -> [GoldenCheckpoint] {
    try Golden.paths { $0 == "manifest.json" || $0.hasSuffix("/manifest.json") }.flatMap { manifest in
      let json = try JSONValue(json: String(contentsOf: manifest.url, encoding: .utf8))
      let folder = manifest.url.deletingLastPathComponent()
      let prefix = manifest.name.dropLast("manifest.json".count)
      return try (json.array ?? []).map { entry in
        guard let file = entry["file"].string, let expect = entry["expect"].string, ["ok", "error"].contains(expect)
        else {
          throw GoldenError("\(manifest.name): an entry without a file or an expectation: \(entry)")
        }
        let url = folder.appendingPathComponent(file)
        guard FileManager.default.fileExists(atPath: url.path) else {
          throw GoldenError("\(manifest.name) lists \(file), which is not there")
        }
        return GoldenCheckpoint(
          name: prefix + file, path: url.path, isReadable: expect == "ok", format: entry["format"].string,
          expected: entry["tensors"].string.map { folder.appendingPathComponent($0).path },
          prefix: entry["prefix"].string ?? "", attributes: entry["attributes"].object ?? [:])
      }
    }
  }
}
