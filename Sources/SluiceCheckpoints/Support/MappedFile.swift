internal import Glibc
internal import SluicePlatform

/// A whole file mapped into memory, read-only, until the last owner lets go.
public final class MappedFile: Sendable {
  private let mapping: FileMapping
  /// Path as it was given.
  public let path: String
  /// Length in bytes.
  public var count: Int { mapping.count }

  /// Maps the regular file at `path`.
  ///
  /// - Throws: ``CheckpointError`` when it cannot be opened, or is a directory or a device.
  public init(path: String) throws(CheckpointError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait here.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
    guard let mapping = FileMapping(descriptor: descriptor, count: Int(status.st_size)) else {
      throw CheckpointError(.unreadable, file: path, "cannot be mapped: \(systemMessage(errno))")
    }
    self.mapping = mapping
  }

  /// Calls `body` with the file's bytes.
  public func withBytes<Result, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result {
    try mapping.withBytes(body)
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
