internal import Glibc

/// A new file being written: buffered and counted.
///
/// Nothing is on the disk for certain before ``finish()`` returns. A file that is given up before that is removed.
package struct OutputFile: ~Copyable {
  /// The name the file has afterwards.
  package let path: String
  /// Bytes written so far.
  package private(set) var byteCount: Int = 0
  private let writtenPath: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  private static let bufferSize = 1 << 20

  /// Creates the file at `path`, where no file may be.
  package init(at path: String) throws(OutputFileError) {
    self.path = path
    writtenPath = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw OutputFileError(path, "cannot be created") }
  }

  /// Begins a file that takes the place of what is at `path` once it is whole: `path` holds either what it held before,
  /// or all of the new content.
  ///
  /// Until then it has the ending `.partial`. What a killed process left under that name is overwritten; a living one is
  /// not disturbed.
  package init(replacing path: String) throws(OutputFileError) {
    self.path = path
    writtenPath = path + ".partial"
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      errno = EISDIR
      throw OutputFileError(path, "cannot be written")
    }
    descriptor = try OutputFile.claim(writtenPath, for: path)
  }

  deinit {
    guard descriptor >= 0 else { return }
    _ = unsafe unlink(writtenPath)
    _ = close(descriptor)
  }

  /// Writes a file whole or not at all, in place of what is at `path`.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(OutputFileError) {
    var file = try OutputFile(replacing: path)
    try file.write(bytes)
    try file.finish()
  }

  /// Appends bytes.
  package mutating func write(_ bytes: RawSpan) throws(OutputFileError) {
    byteCount += bytes.byteCount
    if buffer.count + bytes.byteCount <= OutputFile.bufferSize {
      unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
      return
    }
    try flush()
    try put(bytes)
  }

  /// Appends bytes.
  package mutating func write(_ bytes: [UInt8]) throws(OutputFileError) {
    try write(unsafe bytes.span.bytes)
  }

  /// Brings everything to the disk, gives the file its name, and closes it.
  package mutating func finish() throws(OutputFileError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw failure() }
    if writtenPath != path { try moveIntoPlace(writtenPath, as: path) }
    let finished = descriptor
    descriptor = -1
    guard close(finished) == 0 else { throw failure() }
  }

  /// Opens and locks a file that only this process writes; a lock ends with its process.
  private static func claim(_ temporary: String, for path: String) throws(OutputFileError) -> Int32 {
    while true {
      let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw OutputFileError(path, "cannot be created") }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let error = OutputFileError(path, "is being written by another process")
        _ = close(descriptor)
        throw error
      }
      // The process that had it may have given it its name in between.
      if isOpenFile(descriptor, at: temporary) {
        guard ftruncate(descriptor, 0) == 0 else {
          let error = OutputFileError(path, "cannot be written")
          _ = close(descriptor)
          throw error
        }
        return descriptor
      }
      _ = close(descriptor)
    }
  }

  private mutating func flush() throws(OutputFileError) {
    try put(unsafe buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: RawSpan) throws(OutputFileError) {
    guard writeFully(bytes, to: descriptor) else { throw failure() }
  }

  private func failure() -> OutputFileError { OutputFileError(path, "writing stopped after \(byteCount) bytes") }
}

/// Whether the open file is still the one that `path` names.
func isOpenFile(_ descriptor: Int32, at path: String) -> Bool {
  var (opened, named) = (stat(), stat())
  return unsafe fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
}
