import Foundation
import SluicePipelines
import SluicePlatform
import SluiceTraining
import TestSupport
import Testing

/// A run has one owner, and a finished one stays as it is.
@Suite struct RunOwnerTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }

  /// The bytes and times of all files of a run.
  private func snapshot(_ name: String = "run") throws -> [String: String] {
    var files: [String: String] = [:]
    for file in try filesBelow(folder(name)) {
      let path = "\(folder(name))/\(file)"
      let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
      files[file] =
        "\(try Data(contentsOf: URL(filePath: path)).hashValue) \(date.map { "\($0.timeIntervalSince1970)" } ?? "")"
    }
    return files
  }

  @Test func resumingWhatIsFinishedSaysSoAndChangesNothing() async throws {
    try runs.data()
    _ = try folder.write("v0.mp4 0\nmissing.mp4 1\n", "val.txt")
    let request = runs.request("train.txt", epochs: 1) {
      $0.validation = [folder("val.txt")]
      $0.maxFailures = 0.5
    }
    let first = try await runs.start(request)
    #expect(!first.outcome.wasFinished && first.outcome.step == 2)
    let before = try snapshot()
    #expect(before.keys.contains("report.html") && before.keys.contains("failures.csv"))
    for _ in 0..<2 {
      let again = try await runs.resume()
      #expect(again.outcome.wasFinished && again.outcome.step == 2 && again.events.isEmpty)
      #expect(try snapshot() == before)
    }
    // Ended between its last checkpoint and its page, it gets the page.
    try FileManager.default.removeItem(atPath: runs.directory().report)
    #expect(try await runs.resume().outcome.wasFinished)
    let page = try HTMLPage(contentsOf: runs.directory().report).text
    #expect(page.contains("Finished after step 2"), "\(page)")
  }

  @Test func twoSessionsOfARunAreRefused() async throws {
    try runs.data()
    try await runs.start(runs.request(), stopAfter: 1)
    let owner = OwnerLock.Owner.current
    var refusals: [String] = []
    let first = try await runs.resume { event, _ in
      guard case .step(let report, _) = event, report.step == 2 else { return }
      // As a second program would find it.
      let error = #expect(throws: OwnerLockError.self) { try OwnerLock(at: folder("run/run.lock")) }
      refusals.append(error?.description ?? "")
    }
    #expect(first.outcome.step == 4 && refusals.count == 1)
    #expect(refusals[0].contains("process \(owner.process) on host \(owner.host)"), "\(refusals)")
    #expect(!FileManager.default.fileExists(atPath: folder("run/run.lock")))
    let lock = try OwnerLock(at: folder("run/run.lock"))
    for body in [{ try await runs.resume() }, { try await runs.start(runs.request(), overwrites: true) }] {
      let error = await #expect(throws: RunError.self) { _ = try await body() }
      #expect(error?.code == .busy && error?.description.contains("\(owner)") == true, "\(error as Any)")
    }
    #expect(try runs.losses().count == 4)
    withExtendedLifetime(lock) {}
  }

  @Test func theLockOfADeadProcessIsTakenOverAndSaid() async throws {
    try runs.data()
    try await runs.start(runs.request(), stopAfter: 1)
    _ = try folder.write("process \(Int32.max)\nhost \(OwnerLock.Owner.current.host)\n", "run/run.lock")
    let resumed = try await runs.resume()
    #expect(resumed.outcome.step == 4)
    #expect(
      resumed.notes.contains { $0.contains("process \(Int32.max)") && $0.contains("taken over") }, "\(resumed.notes)")
  }

  @Test func ofARunThatCannotBeginNothingStays() async throws {
    try runs.data()
    let request = runs.request("train.txt") { $0.from = folder("v0.mp4") }
    await #expect(throws: (any Error).self) { try await runs.start(request, in: "none") }
    #expect(!FileManager.default.fileExists(atPath: folder("none")))
    await #expect(throws: RunError.self) { try await runs.start(runs.request(), in: "v0.mp4/run") }
  }

  @Test func aRunIsReplacedOnlyByOneThatMeansIt() async throws {
    try runs.data()
    let manifest = { try FileManager.default.contentsOfDirectory(atPath: folder("run/datasets")) }
    try await runs.start(runs.request(), stopAfter: 3)
    let first = try manifest()
    let refused = await #expect(throws: RunError.self) { try await runs.start(runs.request()) }
    #expect(refused?.description.contains("--overwrite") == true)
    _ = try folder.write("mine", "run/notes.txt")
    try runs.data(3)
    // What cannot begin leaves the old run.
    await #expect(throws: (any Error).self) {
      try await runs.start(runs.request("train.txt") { $0.from = folder("v0.mp4") }, overwrites: true)
    }
    #expect(try runs.losses().count == 3)
    try await runs.start(runs.request("train.txt", epochs: nil, steps: 1), overwrites: true)
    #expect(try runs.losses().count == 1 && manifest() != first && manifest().count == 1)
    #expect(try String(contentsOfFile: folder("run/notes.txt"), encoding: .utf8) == "mine")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("run/checkpoints")) == ["step-000001"])
  }

  @Test func foldersAreMadeForOneRunEach() async throws {
    let under = folder("runs")
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<24 { group.addTask { try RunDirectory.makeNext(for: "net", under: under).path } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(paths) == Set((1...24).map { "\(under)/net-\($0)" }))
    #expect(RunDirectory.latest(for: "net", under: under)?.path == "\(under)/net-24")
  }

  @Test func checkpointsThatFindNoRoomAreSaidBeforeTheFirstStep() async throws {
    try runs.data()
    let prepared = try PreparedRun(TimeSformerTraining.self, runs.request())
    let trainer = try prepared.trainer(in: runs.directory())
    let state = trainer.trainable
    let (parameters, megabyte) = (state.parameters.elementCount, 1_000_000)
    let space = CheckpointSpace(of: state, kept: 2, keepsBest: true, atMost: 1000)
    // Parameters and two moments; the last two, the best, and the one that is being written.
    #expect(space.checkpointSize == 12 * parameters && space.count == 4 && space.total == 48 * parameters)
    #expect(CheckpointSpace(of: state, kept: 1_000_000, keepsBest: false, atMost: 3).count == 4)
    #expect(CheckpointSpace(of: state, kept: 2, keepsBest: false, atMost: 1).count == 2)
    try space.requireRoom(in: runs.directory(), free: space.total, present: 0)
    try space.requireRoom(in: runs.directory(), free: 0, present: space.total + megabyte)
    let error = #expect(throws: RunError.self) {
      try space.requireRoom(
        in: runs.directory(), free: space.total - space.checkpointSize - 1, present: space.checkpointSize)
    }
    #expect(error?.description.contains("the 3 checkpoints that are kept and the one being written take") == true)
    // What is written is what was foretold.
    try await runs.start(runs.request())
    let files = ["parameters", "optimizer"].map { folder("run/checkpoints/step-000004/\($0).safetensors") }
    let written = files.reduce(0) { $0 + (fileSize(at: $1) ?? 0) }
    #expect(written >= space.checkpointSize && written < space.checkpointSize + 50_000, "\(written)")
  }
}
