internal import Glibc

/// The bytes of an open file, mapped for reading until the last owner lets go.
@safe package final class FileMapping: @unchecked Sendable {
  // Safe to share: the address never changes, the pages are mapped read-only, and munmap runs in deinit.
  private let base: UnsafeRawPointer?
  /// Length in bytes.
  package let count: Int

  /// Maps the first `count` bytes of a file; the descriptor may be closed afterwards.
  ///
  /// - Returns: `nil` if the system refuses; `errno` says why. Nothing is mapped of an empty file.
  package init?(descriptor: Int32, count: Int) {
    self.count = count
    guard count > 0 else {
      unsafe base = nil
      return
    }
    guard let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), unsafe address != MAP_FAILED
    else { return nil }
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// Calls `body` with the file's bytes.
  package func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try body(unsafe buffer.bytes)
  }
}
