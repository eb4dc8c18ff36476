internal import Glibc

/// The files below a folder, as paths relative to it, in the order of their bytes; hidden ones are left out.
///
/// Links are followed; a folder that contains itself by a link is entered once.
/// - Throws: ``InputFileError`` that names the folder which cannot be read.
package func filesBelow(_ folder: String) throws(InputFileError) -> [String] {
  var found: [String] = []
  var entered: Set<Inode> = []
  try walk(folder, prefix: "", &found, &entered)
  return found.sorted { ExactText($0) < ExactText($1) }
}

/// What tells a folder from any other, whatever it is called.
private struct Inode: Hashable {
  let device: dev_t
  let number: ino_t
}

private func walk(
  _ folder: String, prefix: String, _ found: inout [String], _ entered: inout Set<Inode>
) throws(InputFileError) {
  var status = stat()
  guard unsafe stat(folder, &status) == 0, let directory = unsafe opendir(folder) else {
    throw InputFileError(folder, errno: errno)
  }
  defer { unsafe closedir(directory) }
  guard entered.insert(Inode(device: status.st_dev, number: status.st_ino)).inserted else { return }
  while let entry = unsafe readdir(directory) {
    let name = unsafe entry.entryName
    if name.utf8.first == UInt8(ascii: ".") { continue }
    let path = folder + "/" + name
    // The entry's own type saves a system call for each file, where the file system knows it.
    let kind: FileKind? =
      switch unsafe Int(entry.pointee.d_type) {
      case Int(DT_REG): .file
      case Int(DT_DIR): .folder
      default: FileKind(at: path)
      }
    switch kind {
    case .file: found.append(prefix + name)
    case .folder: try walk(path, prefix: prefix + name + "/", &found, &entered)
    case .other, nil: continue
    }
  }
}
