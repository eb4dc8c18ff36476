internal import Glibc
internal import SluicePlatform

/// Whole small files.
enum FileBytes {
  /// The largest image file.
  static let imageLimit = 1 << 30

  /// The first `limit` bytes of a file.
  static func read(_ path: String, limit: Int) throws(MediaError) -> [UInt8] {
    do { return try readFile(path, limit: limit) } catch { throw MediaError(error) }
  }

  static func write(_ bytes: [UInt8], to path: String) throws(MediaError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw MediaError(.cannotEncode, path: path, "cannot be written: \(lastError())") }
    defer { close(file) }
    guard unsafe writeFully(bytes.span.bytes, to: file) else {
      throw MediaError(.cannotEncode, path: path, "cannot be written: \(lastError())")
    }
  }

  static func lastError() -> String {
    unsafe String(cString: strerror(errno))
  }
}
