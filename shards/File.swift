internal import Glibc
internal import SluiceKernels
internal import SluicePlatform

/// An open file; closed when the last user lets go.
@safe final class File: Sendable {
  let path: String
  private let descriptor: Int32

  enum Mode {
    case reading
    /// Creates it or empties it.
    case writing
  }

  init(_ path: String, _ mode: Mode = .reading) throws(ShardError) {
    self.path = path
    switch mode {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait here.
    case .reading: descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    case .writing: descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw File.failure("open", path) }
    var status = stat()
    // Directories are opened too, to bring their entries to the disk.
    let isFile = unsafe fstat(descriptor, &status) == 0 && [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    guard mode == .writing || isFile else {
      throw ShardError(.damaged, "it is a pipe, a socket or a device", file: path)
    }
  }

  deinit {
    // A process that was just being started may still have a copy of the descriptor, and would keep the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// The file's present size, bytes.
  func size() throws(ShardError) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw File.failure("look at", path) }
    return Int(status.st_size)
  }

  /// Fills `memory` from `offset` on.
  func read(into memory: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ShardError) {
    var done = 0
    while done < memory.count {
      let count = unsafe pread(
        descriptor, memory.baseAddress! + done, memory.count - done, Int(clamping: offset) + done)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw File.failure("read", path).at(offset: offset) }
      guard count > 0 else {
        throw ShardError(
          .damaged, "the file ends \(memory.count - done) bytes too early", file: path, offset: offset)
      }
      done += count
    }
  }

  func read(_ count: Int, at offset: UInt64) throws(ShardError) -> [UInt8] {
    var failure: ShardError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ShardError) {
        try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Tells the system that these bytes will be read soon.
  func prepare(_ range: Range<UInt64>) {
    posix_fadvise(descriptor, Int(range.lowerBound), Int(range.upperBound - range.lowerBound), POSIX_FADV_WILLNEED)
  }

  /// Forgets everything from `size` on; writing goes on there.
  func truncate(to size: UInt64) throws(ShardError) {
    guard ftruncate(descriptor, Int(size)) == 0, lseek(descriptor, Int(size), SEEK_SET) == Int(size) else {
      throw File.failure("shorten", path)
    }
  }

  /// Appends at the current offset.
  func write(_ bytes: [UInt8]) throws(ShardError) {
    guard unsafe writeFully(bytes.span.bytes, to: descriptor) else { throw File.failure("write", path) }
  }

  /// Waits until everything is on the disk.
  func synchronize() throws(ShardError) {
    guard fsync(descriptor) == 0 else { throw File.failure("write", path) }
  }

  /// Takes the file for this process until it is closed; `false` if another process has it.
  func lock() -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  /// The file's bytes, mapped into memory.
  func map() throws(ShardError) -> MappedBytes {
    try MappedBytes(descriptor, size: try size(), path: path)
  }

  static func failure(_ verb: String, _ path: String) -> ShardError {
    let code = errno
    let reason = unsafe String(cString: strerror(code))
    let advice =
      switch code {
      case ENOSPC, EDQUOT: " Make room and run the same command again: finished shards are kept."
      case EACCES, EPERM, EROFS: " Allow it or choose another directory."
      default: ""
      }
    return ShardError(code == ENOENT ? .missing : .system, "cannot \(verb) it: \(reason).\(advice)", file: path)
  }
}

/// A file mapped for reading.
final class MappedBytes: Sendable {
  private let mapping: FileMapping
  var count: Int { mapping.count }

  fileprivate init(_ descriptor: Int32, size: Int, path: String) throws(ShardError) {
    guard size > 0 else { throw ShardError(.damaged, "the file is empty", file: path) }
    guard let mapping = FileMapping(descriptor: descriptor, count: size) else { throw File.failure("map", path) }
    self.mapping = mapping
  }

  /// A copy of some bytes.
  /// - Throws: ``ShardError`` if they are not all inside.
  func bytes(_ offset: UInt64, _ length: Int) throws(ShardError) -> [UInt8] {
    guard length >= 0, offset <= UInt64(count), length <= count - Int(offset) else {
      throw ShardError(.damaged, "bytes \(offset)…+\(length) of a file of \(count)")
    }
    return mapping.withBytes { bytes in
      unsafe bytes.extracting(Int(offset)..<Int(offset) + length).withUnsafeBytes { unsafe [UInt8]($0) }
    }
  }

  /// Where `pattern` occurs next at or after `start`, or `nil`.
  func find(_ pattern: String, from start: Int) -> Int? {
    guard start >= 0, start < count else { return nil }
    let wanted = Array(pattern.utf8)
    let index = mapping.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { all in
        let first = unsafe all.baseAddress! + start
        return unsafe sluice_find(
          first.assumingMemoryBound(to: UInt8.self), all.count - start, wanted, wanted.count)
      }
    }
    return index < 0 ? nil : start + index
  }

  /// A little-endian number at `offset`, which must be inside.
  func word(_ offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset + 8 <= count, "byte \(offset) of \(count)")
    return mapping.withBytes { bytes in
      unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
  }
}

/// What the shard writer needs of a directory.
enum Directory {
  static func create(_ path: String) throws(ShardError) {
    do { try createDirectories(path) } catch { throw ShardError(error) }
  }

  /// Names of the entries, sorted.
  static func entries(_ path: String) throws(ShardError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw File.failure("open", path) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { raw in
        unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func remove(_ path: String) throws(ShardError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw File.failure("remove", path) }
  }

  /// Gives a finished file its name, and makes that last.
  static func rename(_ old: String, to new: String) throws(ShardError) {
    do { try moveIntoPlace(old, as: new) } catch { throw ShardError(error) }
  }

  /// Writes a whole file so that it is there completely or not at all.
  static func write(_ bytes: [UInt8], to name: String, in directory: String) throws(ShardError) {
    do { try OutputFile.replace("\(directory)/\(name)", with: bytes) } catch { throw ShardError(error) }
  }
}

extension ShardError {
  fileprivate init(_ error: OutputFileError) {
    self.init(.system, error.reason, file: error.path)
  }
}
