internal import FoundationEssentials
package import SluiceDatasets
internal import SluicePlatform

/// The data of a run by name: kept with it, and compared when it is resumed.
package struct RunDatasets: Sendable {
  /// What the samples that are trained on are called.
  package static let training: String = "data"
  /// What the samples that are evaluated on between epochs are called.
  package static let validation: String = "validation"

  package let manifests: [String: DatasetManifest]
  package let identities: [String: DatasetIdentity]

  /// - Parameter manifests: `data`, `validation`, or whatever a system calls them.
  package init(_ manifests: [String: DatasetManifest] = [:]) {
    self.manifests = manifests
    identities = manifests.mapValues(\.identity)
  }

  /// Keeps the manifests in a run's directory, each under its digest, so that those of earlier sessions stay.
  /// - Throws: ``RunError`` if they cannot be written; an error if there is no memory.
  func store(in directory: RunDirectory) throws {
    for (name, manifest) in manifests {
      guard let path = identities[name].map(directory.manifest), !FileManager.default.fileExists(atPath: path) else {
        continue
      }
      do { try createDirectories(directory.datasets) } catch { throw RunError(.file, "\(error)") }
      try directory.write(try manifest.compressed(), to: path)
    }
  }

  /// What differs from the data that a run was made with, a sentence each, and which samples are others that may be.
  ///
  /// Data that the run did not know is no difference: a validation may be added.
  /// - Parameters:
  ///   - stored: the identities by name.
  ///   - directory: where the manifests of them are kept.
  ///   - failed: the numbers of samples of a set that could never be read, and so may be others now.
  func differences(
    from stored: [String: DatasetIdentity], in directory: RunDirectory, failed: (_ name: String) -> Set<Int>
  ) -> (sentences: [String], repaired: [String: [Int]]) {
    var sentences: [String] = []
    var repaired: [String: [Int]] = [:]
    for (name, before) in stored.sorted(by: { $0.key < $1.key }) {
      guard let manifest = manifests[name], let now = identities[name] else {
        sentences.append("\(name): there were \(before), there is none now")
        continue
      }
      guard now != before else { continue }
      guard let earlier = RunDatasets.manifest(of: before, in: directory) else {
        sentences.append(
          "\(name): it was \(before), it is \(now) now; the first difference cannot be shown, for "
            + "\(directory.manifest(of: before)) is missing or damaged")
        continue
      }
      let difference = manifest.difference(from: earlier, tolerating: failed(name))
      if let first = difference.first { sentences.append("\(name): \(first)") }
      if !difference.tolerated.isEmpty { repaired[name] = difference.tolerated }
    }
    return (sentences, repaired)
  }

  /// The kept manifest with this digest; `nil` if it is missing or damaged.
  private static func manifest(of identity: DatasetIdentity, in directory: RunDirectory) -> DatasetManifest? {
    let path = directory.manifest(of: identity)
    guard let bytes = try? readFile(path), let manifest = try? DatasetManifest(compressed: bytes, name: path),
      manifest.identity == identity
    else { return nil }
    return manifest
  }
}

extension RunDirectory {
  /// Where the manifests of the run's data are kept.
  var datasets: String { path + "/datasets" }

  func manifest(of identity: DatasetIdentity) -> String {
    "\(datasets)/\(identity.digest.prefix(RunDirectory.manifestNameLength)).zst"
  }

  // A digest is longer than anyone wants to read; so many digits tell sets apart.
  private static let manifestNameLength = 16
}
