internal import Glibc

/// A file that says which process a directory belongs to, for as long as that process lives.
///
/// The system holds the lock, so it ends with its process, however that ends; what stands in the file is for messages.
/// Where a file system has no locks, the file alone decides: it counts while its process lives on this host, and always if
/// it is another host's.
package final class OwnerLock: Sendable {
  /// The lock's file.
  package let path: String
  /// Whose lock was taken over because its process has ended; `nil` if nobody's.
  package let predecessor: Owner?
  private let descriptor: Int32

  /// A process on a host.
  package struct Owner: Sendable, Equatable, CustomStringConvertible {
    package let process: Int32
    package let host: String

    package init(process: Int32, host: String) {
      self.process = process
      self.host = host
    }

    /// This process.
    package static var current: Owner {
      var name = [CChar](repeating: 0, count: 256)
      let length = name.count
      // The buffer is never empty.
      let result = unsafe name.withUnsafeMutableBufferPointer { unsafe gethostname($0.baseAddress!, length - 1) }
      let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return Owner(process: getpid(), host: result == 0 ? String(decoding: bytes, as: UTF8.self) : "unknown")
    }

    package var description: String { "process \(process) on host \(host)" }

    /// What stands in the file of a lock.
    var text: String { "process \(process)\nhost \(host)\n" }

    init?(text: String) {
      let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
      guard lines.count == 2, lines.allSatisfy({ $0.count == 2 }), lines[0][0] == "process", lines[1][0] == "host",
        let process = Int32(lines[0][1])
      else { return nil }
      self.init(process: process, host: lines[1][1])
    }

    /// Whether it may still be at work, as far as this host knows.
    var mayLive: Bool { host != Owner.current.host || kill(process, 0) == 0 || errno == EPERM }
  }

  /// Takes the lock at `path`; the directory must be there.
  /// - Throws: ``OwnerLockError`` with the owner if another process has it, or with why the file cannot be written.
  package convenience init(at path: String) throws(OwnerLockError) {
    try self.init(at: path) { flock($0, LOCK_EX | LOCK_NB) }
  }

  /// - Parameter lock: asks the system for the lock of an open file, as `flock` does: for tests.
  package init(at path: String, lock: (Int32) -> Int32) throws(OwnerLockError) {
    self.path = path
    while true {
      let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard opened >= 0 else {
        throw OwnerLockError(path, .unwritable, OutputFileError(path, "cannot be created").reason)
      }
      let before = OwnerLock.owner(in: opened)
      let isHeld = lock(opened) != 0
      let number = errno
      // Another process may have ended and removed its file in between.
      guard isOpenFile(opened, at: path) else {
        close(opened)
        continue
      }
      let hasNoLocks = isHeld && number != EWOULDBLOCK
      if isHeld, !hasNoLocks || before?.mayLive == true {
        close(opened)
        throw OwnerLockError(path, .held(by: before), "is in use by \(before?.description ?? "another process")")
      }
      let text = Owner.current.text
      let isWritten = unsafe ftruncate(opened, 0) == 0 && pwrite(opened, text, text.utf8.count, 0) == text.utf8.count
      guard isWritten else {
        let reason = OutputFileError(path, "cannot be written").reason
        close(opened)
        throw OwnerLockError(path, .unwritable, reason)
      }
      descriptor = opened
      predecessor = before == Owner.current ? nil : before
      return
    }
  }

  deinit {
    // Removed while it is still held: whoever opens the path now gets a file of its own.
    _ = unsafe unlink(path)
    close(descriptor)
  }

  private static func owner(in descriptor: Int32) -> Owner? {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
      count = unsafe max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    return Owner(text: String(decoding: bytes, as: UTF8.self))
  }
}

/// Why a directory cannot be had.
package struct OwnerLockError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// Another process has it.
    case held(by: OwnerLock.Owner?)
    case unwritable
  }

  package let path: String
  package let kind: Kind
  /// Without the path.
  package let reason: String

  init(_ path: String, _ kind: Kind, _ reason: String) {
    (self.path, self.kind, self.reason) = (path, kind, reason)
  }

  package var description: String { "\(path) \(reason)" }
}
