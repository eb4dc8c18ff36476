internal import FoundationEssentials
internal import Glibc

/// The names in a directory; none if it does not exist.
func directoryEntries(_ path: String) throws(CheckpointError) -> [String] {
  guard unsafe access(path, F_OK) == 0 else { return [] }
  do {
    return try FileManager.default.contentsOfDirectory(atPath: path)
  } catch {
    throw CheckpointError(.unreadable, file: path, "cannot be listed: \(error)")
  }
}

/// Removes a directory with all that is in it; what cannot be removed stays.
func removeTree(_ path: String) {
  guard unsafe access(path, F_OK) == 0 else { return }
  try? FileManager.default.removeItem(atPath: path)
}

/// Whether a path is a directory.
func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
