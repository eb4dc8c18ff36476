internal import Glibc

/// Bytes that may still be written where `path` is or will be; `nil` if the system does not say.
package func freeDiskSpace(at path: String) -> Int? {
  var folder = path
  while true {
    var status = statvfs()
    if unsafe statvfs(folder.isEmpty ? "." : folder, &status) == 0 {
      let (bytes, overflows) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
        by: Int(clamping: status.f_frsize))
      return overflows ? .max : bytes
    }
    guard errno == ENOENT, !folder.isEmpty, folder != "/" else { return nil }
    // A folder that is yet to be made is where the one above it is.
    while folder.last == "/" { folder.removeLast() }
    folder = folder.lastIndex(of: "/").map { String(folder[...$0]) } ?? ""
  }
}

/// Bytes of the file at `path`; `nil` if there is none.
package func fileSize(at path: String) -> Int? {
  var status = stat()
  return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
}
