internal import Glibc

/// A whole file mapped into memory, read-only, until the last owner lets go.
@safe public final class MappedFile: @unchecked Sendable {
  // Safe to share: base and count never change after init, the pages are mapped read-only, and munmap runs in deinit.
  private let base: UnsafeRawPointer?
  /// Path as it was given.
  public let path: String
  /// Length in bytes.
  public let count: Int

  /// Maps the regular file at `path`.
  ///
  /// - Throws: ``CheckpointError`` when it cannot be opened, or is a directory or a device.
  public init(path: String) throws(CheckpointError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CheckpointError(.unreadable, file: path, systemMessage(errno)) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw CheckpointError(.unreadable, file: path, systemMessage(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let found = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "no regular file"
      throw CheckpointError(
        .unreadable, file: path, "is \(found); a weight file or the directory of a checkpoint is wanted")
    }
    self.path = path
    count = Int(status.st_size)
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard unsafe address != MAP_FAILED, let address = unsafe address else {
      throw CheckpointError(.unreadable, file: path, "cannot be mapped: \(systemMessage(errno))")
    }
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// Calls `body` with the file's bytes.
  public func withBytes<Result, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result {
    let buffer = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try body(unsafe buffer.bytes)
  }
}

// Fields. Ranges are checked by the callers; a wrong one is a mistake of this module and stops the program.
extension MappedFile {
  func value<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
    withBytes { bytes in
      precondition(offset >= 0 && offset <= count - MemoryLayout<Value>.size, "a field outside the file")
      return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    }
  }

  func text(_ range: Range<Int>) -> String {
    withBytes { bytes in
      unsafe bytes.extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }

  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    withBytes { bytes in
      unsafe bytes.extracting(range).withUnsafeBytes { unsafe $0.firstIndex(of: byte) }.map { range.lowerBound + $0 }
    }
  }

  /// Whether the bytes at `offset` are these.
  func holds(_ expected: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, offset <= count - expected.count else { return false }
    return expected.indices.allSatisfy { value(at: offset + $0, as: UInt8.self) == expected[$0] }
  }
}

/// What the system says about an error number.
func systemMessage(_ number: Int32) -> String {
  unsafe String(cString: strerror(number))
}
