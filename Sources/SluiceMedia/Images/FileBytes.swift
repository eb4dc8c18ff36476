internal import Glibc

/// Whole small files.
enum FileBytes {
  /// The first `limit` bytes of a file.
  static func read(_ path: String, limit: Int) throws(MediaError) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw MediaError(.cannotOpen, path: path, "cannot be opened: \(lastError())") }
    defer { close(file) }
    var facts = stat()
    let size = unsafe fstat(file, &facts) == 0 ? Int(facts.st_size) : 0
    // One byte more than the size shows the end without another call.
    var bytes = [UInt8](repeating: 0, count: min(limit, max(size, 0) + 1))
    var length = 0
    while length < limit {
      if length == bytes.count { bytes.append(contentsOf: repeatElement(0, count: min(limit - length, length))) }
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(file, buffer.baseAddress! + length, buffer.count - length)  // never empty: count > length
      }
      guard count >= 0 else { throw MediaError(.cannotOpen, path: path, "cannot be read: \(lastError())") }
      if count == 0 { break }
      length += count
    }
    bytes.removeLast(bytes.count - length)
    return bytes
  }

  static func write(_ bytes: [UInt8], to path: String) throws(MediaError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw MediaError(.cannotEncode, path: path, "cannot be written: \(lastError())") }
    defer { close(file) }
    var length = 0
    while length < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress! + length, $0.count - length) }
      guard count > 0 else { throw MediaError(.cannotEncode, path: path, "cannot be written: \(lastError())") }
      length += count
    }
  }

  static func lastError() -> String {
    unsafe String(cString: strerror(errno))
  }
}
