internal import FoundationEssentials
internal import Glibc

/// Where a run keeps what it writes: `metrics.jsonl`, `checkpoints/`, `failures.csv`, `configuration.json`, `report.html`.
public struct RunDirectory: Sendable, Equatable {
  public let path: String

  public var metrics: String { path + "/metrics.jsonl" }
  public var checkpoints: String { path + "/checkpoints" }
  public var failures: String { path + "/failures.csv" }
  public var configuration: String { path + "/configuration.json" }
  public var report: String { path + "/report.html" }

  public init(path: String) {
    self.path = path
  }

  /// The first of `runs/PIPELINE-1`, `-2`, … that is not there yet.
  public static func next(for pipeline: String, under folder: String = "runs") -> RunDirectory {
    var number = 1
    while FileManager.default.fileExists(atPath: "\(folder)/\(pipeline)-\(number)") { number += 1 }
    return RunDirectory(path: "\(folder)/\(pipeline)-\(number)")
  }

  /// The last of `runs/PIPELINE-1`, `-2`, … that is there, or `nil`.
  public static func latest(for pipeline: String, under folder: String = "runs") -> RunDirectory? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let numbers = names.compactMap { name in
      name.hasPrefix(pipeline + "-") ? Int(name.dropFirst(pipeline.count + 1)) : nil
    }
    return numbers.max().map { RunDirectory(path: "\(folder)/\(pipeline)-\($0)") }
  }

  /// Whether there is a run here already.
  public var holdsRun: Bool {
    FileManager.default.fileExists(atPath: configuration) || FileManager.default.fileExists(atPath: checkpoints)
  }

  /// Makes the directory.
  /// - Throws: ``RunError`` if it cannot be made, or is a file.
  public func create() throws(RunError) {
    do {
      try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
    } catch {
      throw RunError(
        .file, "\(path): the run's directory cannot be made (\(error)). Name another with --out, or free the name.")
    }
  }

  /// Writes a file whole or not at all: under a temporary name, forced to the disk, then renamed.
  /// - Throws: ``RunError`` if that fails; the file that was there before is untouched then.
  public func write(_ text: String, to file: String) throws(RunError) {
    let temporary = file + ".tmp"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(file, "cannot be written", errno: errno) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let number = errno
        close(descriptor)
        unsafe unlink(temporary)
        throw .file(file, "cannot be written", errno: number)
      }
      rest = rest.dropFirst(written)
    }
    let isSynced = fsync(descriptor) == 0
    let number = errno
    close(descriptor)
    guard isSynced, unsafe rename(temporary, file) == 0 else {
      let code = isSynced ? errno : number
      unsafe unlink(temporary)
      throw .file(file, "cannot be written", errno: code)
    }
  }
}
