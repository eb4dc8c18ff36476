import Foundation
import SluiceDatasets

/// A folder of small files that is gone after the test.
final class Files {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes bytes as they are, with the folders above them.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    let url = URL(fileURLWithPath: self(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return self(name)
  }

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String { try write(text.utf8, name) }

  /// The list of a text under `name`.
  func list(
    _ text: String, _ name: String = "list.txt", root: String? = nil, format: AnnotationFormat? = nil,
    probe: MediaFacts.Probe? = nil
  ) throws -> DatasetList {
    try DatasetList(contentsOf: write(text, name), root: root, format: format, probe: probe)
  }
}
