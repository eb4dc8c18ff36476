internal import FoundationEssentials
internal import Glibc
internal import SluicePlatform

/// A run's directory in the hands of one process: while it has it, no other trains there.
package struct RunOwnership {
  private let lock: OwnerLock

  /// Makes the directory, if it is not there, and takes it.
  /// - Throws: ``RunError`` with process and host if it is in use, or with why nothing can be written there.
  package init(of directory: RunDirectory) throws(RunError) {
    do throws(OutputFileError) { try createDirectories(directory.path) } catch {
      throw RunError(.file, "\(error). The run's directory is named by --out.")
    }
    do throws(OwnerLockError) { lock = try OwnerLock(at: directory.lock) } catch {
      switch error.kind {
      case .unwritable: throw RunError(.file, "\(error). The run's directory is named by --out.")
      case .held(let owner):
        throw RunError(
          .busy,
          "\(directory.path) is in use by \(owner?.description ?? "another process"), which trains there. Wait for it or "
            + "stop it, or name another --out.")
      }
    }
  }

  /// Whose run this was before, if its process ended without giving it back; said to whoever watches.
  var note: String? {
    lock.predecessor.map { "\($0) had this run and has ended; it is taken over" }
  }
}

extension RunDirectory {
  /// The file that says whose the directory is.
  var lock: String { path + "/" + RunDirectory.lockName }

  /// The name of that file.
  package static let lockName: String = "run.lock"

  /// Makes the first of `runs/PIPELINE-1`, `-2`, … that is not there yet: however many ask at once, each gets its own.
  /// - Throws: ``RunError`` if it cannot be made.
  public static func makeNext(for pipeline: String, under folder: String = "runs") throws(RunError) -> RunDirectory {
    do throws(OutputFileError) { try createDirectories(folder) } catch { throw RunError(.file, "\(error)") }
    var number = 1
    while true {
      let path = "\(folder)/\(pipeline)-\(number)"
      if unsafe mkdir(path, 0o777) == 0 { return RunDirectory(path: path) }
      guard errno == EEXIST else { throw RunError(.file, "\(OutputFileError(path, "cannot be created"))") }
      number += 1
    }
  }

  /// Removes the directory if nothing is in it: of a run that could not begin, nothing stays.
  public func removeIfEmpty() { _ = unsafe rmdir(path) }

  /// Removes a run and leaves whatever else is in the directory.
  /// - Throws: ``RunError`` if something cannot be removed.
  package func removeRun() throws(RunError) {
    // Renamed first: checkpoints of which some are gone must not be taken for a run.
    let doomed = path + "/.checkpoints.removed"
    try removeTree(doomed)
    if unsafe rename(checkpoints, doomed) != 0, errno != ENOENT {
      throw .file(checkpoints, "cannot be removed", errno: errno)
    }
    let results = [path + "/evaluation.json", path + "/evaluation.html"]
    for file in [configuration, metrics, failures, report, vocabulary, merges, prompts, choice] + results {
      guard unsafe unlink(file) == 0 || errno == ENOENT else { throw .file(file, "cannot be removed", errno: errno) }
    }
    try removeTree(datasets)
    try removeTree(doomed)
  }

  private func removeTree(_ folder: String) throws(RunError) {
    guard FileKind(at: folder) != nil else { return }
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      throw RunError(.file, "\(folder) cannot be removed: \(error)")
    }
  }
}
