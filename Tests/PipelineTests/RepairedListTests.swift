import Foundation
import SluiceTraining
import Testing

/// Lists with samples that cannot be read, and what becomes of their runs when they are repaired.
@Suite struct RepairedListTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }

  /// A run of three epochs that ended after the first: one of five samples is no video.
  ///
  /// Its last checkpoint is that of the end, whatever turn the sample had.
  private func fail() async throws {
    try runs.data(4)
    _ = try folder.write("no video", "bad.mp4")
    try list("bad.mp4")
    let error = await #expect(throws: (any Error).self) {
      try await runs.start(
        runs.request("list.txt", epochs: 3) {
          $0.maxFailures = 0.1
          $0.checkpointEvery = .steps(1000)
        })
    }
    #expect("\(error as Any)".contains("1 of 5 samples failed"), "\(error as Any)")
    #expect(try runs.losses().count == 2)
  }

  private func list(_ last: String) throws {
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\nv2.mp4 2\nv3.mp4 3\n\(last) 1\n", "list.txt")
  }

  @Test func aFileThatIsPutInItsPlaceCountsNoLonger() async throws {
    try await fail()
    try FileManager.default.removeItem(atPath: folder("bad.mp4"))
    try folder.video("bad.mp4", frames: 8, width: 32, height: 32, seed: 9)
    let resumed = try await runs.resume()
    // Fifteen samples, one of which failed.
    #expect(resumed.outcome.step == 7 && !resumed.outcome.isStopped)
    #expect(resumed.outcome.failures.samples.count == 1 && resumed.outcome.failures.outstanding.isEmpty)
    let named = try String(contentsOfFile: runs.directory().failures, encoding: .utf8)
    #expect(named.contains("bad.mp4"))
  }

  @Test func aLineThatIsCorrectedIsNoOtherData() async throws {
    try await fail()
    try list("v4.mp4")
    try folder.video("v4.mp4", frames: 8, width: 32, height: 32, seed: 9)
    let resumed = try await runs.resume()
    #expect(resumed.outcome.step == 7)
    #expect(resumed.notes.contains("data: 1 sample that had failed is another now"), "\(resumed.notes)")
    // Any other line is.
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\nv2.mp4 2\nv3.mp4 0\nv4.mp4 1\n", "list.txt")
    await #expect(throws: RunError.self) { try await runs.resume { $0.epochs = 4 } }
  }

  @Test func whatIsNotRepairedCountsAgain() async throws {
    try await fail()
    await #expect(throws: (any Error).self) { try await runs.resume() }
    // It ends after the second of three epochs.
    #expect(try runs.losses().count == 4)
    // A file that is not there is said at once.
    try FileManager.default.removeItem(atPath: folder("bad.mp4"))
    let before = try runs.losses().count
    let error = await #expect(throws: (any Error).self) { try await runs.resume() }
    #expect("\(error as Any)".contains("list.txt:5: \(folder("bad.mp4")) is not there; 1 of 5 samples are missing"))
    #expect(try runs.losses().count == before)
    #expect(try await runs.resume { $0.maxFailures = 0.5 }.outcome.step == 6)
  }

  @Test(arguments: ["timesformer", "maskfeat"])
  func filesThatAreMissingAreSaidBeforeTheFirstStep(system: String) throws {
    try runs.data(3)
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\nnowhere.mp4 2\n", "list.txt")
    let run = try SluiceProgram.run(
      ["train", system, "--data", "list.txt", "--steps", "1", "--out", "run"], in: folder.path)
    #expect(run.status == 1 && run.errors.contains("list.txt:3: nowhere.mp4 is not there"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("run")))
  }
}
