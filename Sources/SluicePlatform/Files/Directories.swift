internal import Glibc

/// Gives a finished file or directory its name, in place of a file that had it, and brings that to the disk.
package func moveIntoPlace(_ temporary: String, as path: String) throws(OutputFileError) {
  guard unsafe rename(temporary, path) == 0 else { throw OutputFileError(path, "cannot be put in place") }
  try synchronizeDirectory(parentDirectory(of: path))
}

/// Creates a directory and those above it, where they are missing.
package func createDirectories(_ path: String) throws(OutputFileError) {
  var partial = path.hasPrefix("/") ? "/" : ""
  for component in path.split(separator: "/") {
    partial += component
    if unsafe mkdir(partial, 0o777) != 0 {
      let number = errno
      var status = stat()
      let isTaken = unsafe stat(partial, &status) == 0
      guard isTaken, status.st_mode & S_IFMT == S_IFDIR else {
        errno = isTaken ? ENOTDIR : number
        throw OutputFileError(partial, "cannot be created")
      }
    }
    partial += "/"
  }
}

/// Brings a directory's entries to the disk.
package func synchronizeDirectory(_ path: String) throws(OutputFileError) {
  let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw OutputFileError(path, "cannot be opened") }
  defer { _ = close(descriptor) }
  // Some file systems cannot do this to directories and say EINVAL; they order renames themselves.
  guard fsync(descriptor) == 0 || errno == EINVAL else { throw OutputFileError(path, "cannot be brought to the disk") }
}

/// The directory a path is in.
private func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
