internal import FoundationEssentials
internal import Glibc
internal import SluicePlatform

extension MetricsLog {
  /// Adds metrics to the last line of a log, which is that of `step`: what a validation found belongs to the step before it.
  ///
  /// The line is written over in one go, so that a process that is killed leaves the old line or the new one. A log whose
  /// last line is another step's stays as it is.
  /// - Throws: ``RunError`` if the file cannot be read or written.
  package static func amend(_ path: String, step: Int, with metrics: [String: Double]) throws(RunError) {
    guard !metrics.isEmpty else { return }
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }
      throw .file(path, "cannot be written", errno: errno)
    }
    defer { close(descriptor) }
    let last = try lastLine(descriptor, path, length: lseek(descriptor, 0, SEEK_END))
    guard var line = Content(last.bytes).entries.last?.line, line.step == step else { return }
    line.metrics.merge(metrics) { own, _ in own }
    let bytes = text(of: [line])
    let written = unsafe pwrite(descriptor, bytes, bytes.count, last.start)
    guard written == bytes.count else { throw .file(path, "cannot be written", errno: written < 0 ? errno : ENOSPC) }
    guard ftruncate(descriptor, last.start + bytes.count) == 0 else { throw .file(path, "cannot be cut", errno: errno) }
  }

  /// The last line and where it begins; a long log is read from its end.
  private static func lastLine(
    _ descriptor: Int32, _ path: String, length: off_t
  ) throws(RunError) -> (start: off_t, bytes: [UInt8]) {
    var reach: off_t = 1 << 12
    while true {
      let start = max(0, length - reach)
      let wanted = Int(length - start)
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        count = unsafe max(0, pread(descriptor, buffer.baseAddress, wanted, start))
      }
      guard bytes.count == wanted else { throw .file(path, "cannot be read", errno: errno) }
      if let feed = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) {
        return (start + off_t(feed) + 1, Array(bytes[(feed + 1)...]))
      }
      if start == 0 { return (0, bytes) }
      reach *= 4
    }
  }
}
