internal import SluicePlatform

/// A file being written, with its checksum and this module's errors.
struct CheckpointOutput: ~Copyable {
  /// The path that errors name.
  let path: String
  private var file: OutputFile
  private(set) var checksum = Checksum()

  var byteCount: Int { file.byteCount }

  /// Begins a file that takes the place of what is at `path` once it is whole.
  init(replacing path: String) throws(CheckpointError) {
    self.path = path
    do { file = try OutputFile(replacing: path) } catch { throw CheckpointError(error, file: path) }
  }

  /// Creates a file in a directory that has only its temporary name yet; `path` is the name it will have.
  init(at temporary: String, for path: String) throws(CheckpointError) {
    self.path = path
    do { file = try OutputFile(at: temporary) } catch { throw CheckpointError(error, file: path) }
  }

  mutating func write(_ bytes: RawSpan) throws(CheckpointError) {
    guard bytes.byteCount > 0 else { return }
    checksum.add(bytes)
    do { try file.write(bytes) } catch { throw CheckpointError(error, file: path) }
  }

  mutating func write(_ bytes: [UInt8]) throws(CheckpointError) {
    try write(unsafe bytes.span.bytes)
  }

  mutating func finish() throws(CheckpointError) {
    do { try file.finish() } catch { throw CheckpointError(error, file: path) }
  }
}

extension CheckpointError {
  init(_ error: OutputFileError, file: String) { self.init(.unwritable, file: file, error.reason) }
}
