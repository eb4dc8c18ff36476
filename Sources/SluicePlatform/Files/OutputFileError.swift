internal import Glibc

/// Why the system did not write a file.
package struct OutputFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or directory.
  package let path: String
  /// What was tried, why it failed, and what to do where that is known; without the path.
  package let reason: String

  /// - Parameters:
  ///   - action: what was tried, as "cannot be created"; why it failed is taken from `errno`.
  package init(_ path: String, _ action: String) {
    let number = errno
    self.path = path
    let advice =
      switch number {
      case ENOSPC, EDQUOT, EFBIG:
        ". Nothing that was there before has been touched; make room on the disk and try again"
      case EACCES, EPERM, EROFS: ". Nothing has been changed; allow writing there, or name another place"
      case EWOULDBLOCK: ". Wait for it, or name another place"
      default: ""
      }
    reason = unsafe action + ": " + String(cString: strerror(number)) + advice
  }

  package var description: String { "\(path): \(reason)" }
}
