internal import Glibc

/// Reads a regular file.
///
/// A pipe, a socket or a device is refused before anything is read, so that none of them can hold the caller up.
/// - Parameter limit: the most bytes that are read, from the beginning.
/// - Throws: ``InputFileError`` that says what stands at `path` in its place, or why it cannot be read.
package func readFile(_ path: String, limit: Int = .max) throws(InputFileError) -> [UInt8] {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait here.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw InputFileError(path, errno: errno) }
  defer { close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0 else { throw InputFileError(path, errno: errno) }
  guard status.st_mode & S_IFMT == S_IFREG else { throw InputFileError(path, isInsteadOfFile: status.st_mode) }

  var failure: Int32 = 0
  // One byte more than the size shows the end; a file that grows meanwhile is read as far as it was.
  let capacity = min(limit, Int(status.st_size) + 1)
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    while count < capacity {
      let result = unsafe read(descriptor, buffer.baseAddress! + count, capacity - count)  // never empty
      if result > 0 {
        count += result
      } else if result == 0 {
        break
      } else if errno != EINTR {
        failure = errno
        break
      }
    }
  }
  guard failure == 0 else { throw InputFileError(path, errno: failure) }
  return bytes
}

/// What stands at a path.
package enum FileKind: Sendable {
  case file
  case folder
  /// A pipe, a socket or a device.
  case other

  /// `nil` if nothing is there, or it may not be seen.
  package init?(at path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

/// Why a file cannot be read.
package struct InputFileError: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  /// Without the path.
  package let reason: String

  init(_ path: String, errno number: Int32) {
    self.path = path
    reason = unsafe "cannot be read: \(String(cString: strerror(number)))"
  }

  init(_ path: String, isInsteadOfFile mode: mode_t) {
    self.path = path
    let kind =
      switch mode & S_IFMT {
      case S_IFDIR: "a folder"
      case S_IFIFO: "a pipe"
      case S_IFSOCK: "a socket"
      default: "a device"
      }
    reason = "is \(kind); a file is wanted"
  }

  package var description: String { "\(path) \(reason)" }
}
