import Foundation
import Glibc
import SluicePipelines
import SluicePlatform
import SluiceTraining
import TestSupport
import Testing

/// Why a run's directory cannot be had, cleared or written, in the sentences that say so.
@Suite struct RunOwnerErrorTests {
  private let runs = SmallRuns()

  private func sentence(_ body: () async throws -> Void) async -> String {
    do { try await body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  private func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: runs.folder(name), withIntermediateDirectories: true)
  }

  @Test func whoTrainsInADirectoryIsNamed() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 2), stopAfter: 1)
    let lock = try OwnerLock(at: runs.folder("run/run.lock"))
    #expect(
      await sentence { try await runs.resume() }.hasSuffix(
        "run is in use by \(OwnerLock.Owner.current), which trains there. Wait for it or stop it, or name another --out."
      ))
    #expect(
      await sentence { _ = try OwnerLock(at: runs.folder("run/run.lock")) }.hasSuffix(
        "run.lock is in use by \(OwnerLock.Owner.current)"))
    withExtendedLifetime(lock) {}
  }

  @Test func whereNoLockCanBeMadeTheReasonIsSaid() async throws {
    try runs.data()
    try makeFolder("locked/run.lock")
    #expect(
      await sentence { try await runs.start(runs.request(steps: 1), in: "locked") }.hasSuffix(
        "run.lock cannot be created: Is a directory. The run's directory is named by --out."))
    #expect(
      await sentence { _ = try OwnerLock(at: runs.folder("none/run.lock")) }.hasSuffix(
        "none/run.lock cannot be created: No such file or directory"))
    try makeFolder("full")
    _ = try runs.folder.write("no folder", "full/checkpoints")
    #expect(
      await sentence { try await runs.start(runs.request(steps: 1), in: "full") }.contains(
        "full holds a run already"))
    #expect(
      await sentence { try RunDirectory(path: runs.folder("full")).create() }.contains(
        "full/checkpoints: cannot be created: Not a directory. The directory is named by --out."))
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try failSystemCall(.truncate, with: EIO)
      exitExpecting("\(path) cannot be written: Input/output error") { _ = try OwnerLock(at: path) }
    }
  }

  @Test func whatOfAnOldRunCannotBeRemovedIsNamed() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    try makeFolder("run/evaluation.json")
    #expect(
      await sentence { try await runs.start(runs.request(steps: 1), overwrites: true) }.hasSuffix(
        "run/evaluation.json cannot be removed: Is a directory."))
    await #expect(processExitsWith: .success) {
      let run = RunDirectory(path: FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)")
      try FileManager.default.createDirectory(atPath: run.checkpoints, withIntermediateDirectories: true)
      try failSystemCall(.rename, with: EIO)
      exitExpecting("\(run.checkpoints) cannot be removed: Input/output error") { try run.removeRun() }
    }
    await #expect(processExitsWith: .success) {
      let run = RunDirectory(path: FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)")
      let doomed = run.path + "/.checkpoints.removed"
      try FileManager.default.createDirectory(atPath: doomed + "/old", withIntermediateDirectories: true)
      chmod(doomed, 0o555)
      giveUpRights()
      exitExpecting("\(doomed) cannot be removed:") { try run.removeRun() }
    }
  }

  @Test func metricsOfAValidationThatCannotBeAddedAreSaid() async {
    await #expect(processExitsWith: .success) {
      let path = try RunOwnerErrorTests.log()
      try failSystemCall(.readAt, with: EIO)
      exitExpecting("\(path) cannot be read: Input/output error") {
        try MetricsLog.amend(path, step: 1, with: ["val_top1": 1])
      }
    }
    await #expect(processExitsWith: .success) {
      let path = try RunOwnerErrorTests.log()
      chmod(path, 0o444)
      giveUpRights()
      exitExpecting("\(path) cannot be written: Permission denied") {
        try MetricsLog.amend(path, step: 1, with: ["val_top1": 1])
      }
    }
    await #expect(processExitsWith: .success) {
      let path = try RunOwnerErrorTests.log()
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      exitExpecting("metrics.jsonl cannot be written: File too large") {
        try MetricsLog.amend(path, step: 1, with: ["val_top1": 1])
      }
    }
    await #expect(processExitsWith: .success) {
      let path = try RunOwnerErrorTests.log()
      try failSystemCall(.truncate, with: EIO)
      exitExpecting("metrics.jsonl cannot be cut: Input/output error") {
        try MetricsLog.amend(path, step: 1, with: ["val_top1": 1])
      }
    }
  }

  /// A log of one step.
  private static func log() throws -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    chmod(folder, 0o755)
    let path = folder + "/metrics.jsonl"
    try MetricsLog(path: path, keepingThrough: 0).append(
      MetricsLog.Line(step: 1, epoch: 0, loss: 1, learningRate: 1, gradientNorm: 1, samplesPerSecond: 1))
    return path
  }
}
