internal import Glibc

/// A new file being written: buffered, counted and summed.
///
/// Nothing is on the disk for certain before ``finish()`` returns.
struct OutputFile: ~Copyable {
  /// The path that errors name, which is not the temporary one.
  let path: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private(set) var byteCount = 0
  private(set) var checksum = Checksum()

  /// Creates the file at `temporary`, where no file may be.
  init(at temporary: String, for path: String) throws(CheckpointError) {
    self.path = path
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CheckpointError(.unwritable, file: path, "cannot create \(temporary): \(systemMessage(errno))")
    }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Appends bytes.
  ///
  /// - Throws: ``CheckpointError`` when the disk is full or fails.
  mutating func write(_ bytes: RawSpan) throws(CheckpointError) {
    guard bytes.byteCount > 0 else { return }
    checksum.add(bytes)
    byteCount += bytes.byteCount
    if buffer.count + bytes.byteCount <= Self.bufferSize {
      unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
      return
    }
    try flush()
    try put(bytes)
  }

  /// Appends bytes.
  mutating func write(_ bytes: [UInt8]) throws(CheckpointError) {
    try write(unsafe bytes.span.bytes)
  }

  /// Brings everything to the disk and closes the file.
  mutating func finish() throws(CheckpointError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw failure(errno) }
    let closed = descriptor
    descriptor = -1
    guard close(closed) == 0 else { throw failure(errno) }
  }

  private mutating func flush() throws(CheckpointError) {
    try put(unsafe buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: RawSpan) throws(CheckpointError) {
    var written = 0
    while written < bytes.byteCount {
      let result = unsafe bytes.extracting(written...).withUnsafeBytes { rest in
        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if result > 0 { written += result } else if errno != EINTR { throw failure(result == 0 ? ENOSPC : errno) }
    }
  }

  private func failure(_ number: Int32) -> CheckpointError {
    let advice =
      [ENOSPC, EDQUOT, EFBIG].contains(number)
      ? ". Nothing that was there before has been touched; make room on the disk and try again" : ""
    return CheckpointError(
      .unwritable, file: path, "writing stopped after \(byteCount) bytes: \(systemMessage(number))\(advice)")
  }

  private static let bufferSize = 1 << 20
}

/// Writes a whole file so that `path` holds either what it held before or all of the new content.
///
/// The content goes to a temporary name beside it, to the disk, and is then renamed.
func replaceFile(
  at path: String, _ body: (inout OutputFile) throws(CheckpointError) -> Void
) throws(CheckpointError) {
  let temporary = "\(path).tmp-\(getpid())"
  _ = unsafe unlink(temporary)
  do throws(CheckpointError) {
    var file = try OutputFile(at: temporary, for: path)
    try body(&file)
    try file.finish()
    guard unsafe rename(temporary, path) == 0 else {
      throw CheckpointError(.unwritable, file: path, "cannot be put in place: \(systemMessage(errno))")
    }
    try synchronizeDirectory(parentDirectory(of: path))
  } catch {
    _ = unsafe unlink(temporary)
    throw error
  }
}

/// The directory a path lies in.
func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Brings a directory's entries to the disk.
func synchronizeDirectory(_ path: String) throws(CheckpointError) {
  let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw CheckpointError(.unwritable, file: path, systemMessage(errno)) }
  defer { _ = close(descriptor) }
  // Some file systems cannot do this to directories and say EINVAL; they order renames themselves.
  guard fsync(descriptor) == 0 || errno == EINVAL else {
    throw CheckpointError(.unwritable, file: path, systemMessage(errno))
  }
}
