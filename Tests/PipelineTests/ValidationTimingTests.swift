import Foundation
import SluiceCheckpoints
import SluiceTraining
import Testing

/// When a run is validated, and what is on the disk before.
@Suite struct ValidationTimingTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }

  private func validated(_ name: String = "run") throws -> [Int] {
    try MetricsLog.lines(at: runs.directory(name).metrics).filter { $0.metrics["val_loss"] != nil }.map(\.step)
  }

  private func request(
    _ list: String = "train.txt", epochs: Int = 2, _ change: (inout RunRequest) -> Void = { _ in }
  ) throws -> RunRequest {
    try runs.data()
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\nv2.mp4 2\n", "val.txt")
    return runs.request(list, epochs: epochs) {
      $0.validation = [folder("val.txt")]
      change(&$0)
    }
  }

  /// Three samples in batches of eight: every step completes two or three epochs.
  @Test func everyEpochThatIsAMultipleIsValidated() async throws {
    let request = try request(epochs: 30) {
      $0.settings["batch.size"] = "8"
      $0.data = [folder("val.txt")]
      $0.validateEvery = 5
      $0.checkpointEvery = .steps(1000)
    }
    try await runs.start(request)
    let steps = Int((Double(30 * 3) / 8).rounded(.up))
    let wanted = (1...steps).filter { step in
      let (before, after) = ((step - 1) * 8 / 3, step * 8 / 3)
      return after / 5 > before / 5 || step == steps
    }
    #expect(try validated() == wanted && wanted.count == 6)
  }

  @Test func theCheckpointIsThereBeforeTheValidation() async throws {
    var there: [Bool] = []
    try await runs.start(request { $0.checkpointEvery = .steps(1000) }) { event, _ in
      guard case .validated(let step, _) = event else { return }
      there.append(FileManager.default.fileExists(atPath: folder("run/checkpoints/step-00000\(step)/manifest.json")))
    }
    #expect(there == [true, true])
    let saved = try CheckpointFolder(folder("run/checkpoints")).survey(verifying: true)
    #expect(saved.unusable.isEmpty && saved.complete.map(\.position.step) == [2, 4])
    #expect(saved.complete.allSatisfy { $0.position.metrics["val_top1"] != nil && !$0.position.owesValidation })
    let line = try #require(try MetricsLog.lines(at: runs.directory().metrics).last)
    #expect(saved.complete[1].position.metrics["val_loss"] == line.metrics["val_loss"])
  }

  @Test(arguments: [2, 4]) func aValidationThatWasInterruptedIsMadeUp(step: Int) async throws {
    try await runs.start(request(), in: "whole")
    // The stop comes when the checkpoint is there and the validation is about to begin.
    let stopped = try await runs.start(request()) { event, stop in
      if case .checkpoint(let path) = event, path.hasSuffix("step-00000\(step)") { stop.make() }
    }
    #expect(stopped.outcome.isStopped && stopped.outcome.step == step)
    #expect(try validated() == (step == 2 ? [] : [2]))
    let resumed = try await runs.resume()
    #expect(!resumed.outcome.isStopped && resumed.outcome.step == 4 && !resumed.outcome.wasFinished)
    let (own, whole) = (
      try MetricsLog.lines(at: runs.directory().metrics), try MetricsLog.lines(at: runs.directory("whole").metrics)
    )
    #expect(own.map(\.loss) == whole.map(\.loss) && own.map(\.metrics) == whole.map(\.metrics))
    let checkpoints = try [folder("run"), folder("whole")].map {
      try CheckpointFolder($0 + "/checkpoints").survey().complete.map(\.position.metrics)
    }
    #expect(checkpoints[0] == checkpoints[1])
    #expect(try await runs.resume().outcome.wasFinished)
  }

  @Test func aValidationThatFailsCostsNoStep() async throws {
    // The files go away while the run is at work.
    let request = try request()
    let hidden = folder("hidden.mp4")
    try FileManager.default.copyItem(atPath: folder("v1.mp4"), toPath: folder("w.mp4"))
    _ = try folder.write("v0.mp4 0\nw.mp4 1\n", "val.txt")
    let error = await #expect(throws: (any Error).self) {
      try await runs.start(request) { event, _ in
        guard case .step(let report, _) = event, report.step == 2 else { return }
        try FileManager.default.moveItem(atPath: folder("w.mp4"), toPath: hidden)
      }
    }
    #expect("\(error as Any)".contains("w.mp4"), "\(error as Any)")
    #expect(try runs.losses().count == 2)
    #expect(try CheckpointFolder(folder("run/checkpoints")).survey().complete.last?.position.step == 2)
    let named = try String(contentsOfFile: runs.directory().failures, encoding: .utf8)
    #expect(named.contains("\(folder("w.mp4")),validation/clips,0,"), "\(named)")
    try FileManager.default.moveItem(atPath: hidden, toPath: folder("w.mp4"))
    let resumed = try await runs.resume()
    #expect(resumed.outcome.step == 4)
    #expect(try validated() == [2, 4])
  }

  @Test func aValidationOfWhichNothingCanBeReadIsRefusedBeforeTheFirstStep() async throws {
    let request = try request()
    for number in 0..<20 { _ = try folder.write("no video", "text\(number).mp4") }
    _ = try folder.write((0..<20).map { "text\($0).mp4 0\n" }.joined(), "val.txt")
    let all = await #expect(throws: RunError.self) { try await runs.start(request) }
    #expect(all?.description.contains("8 of 8 clips that were tried cannot be read. The first: ") == true)
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\ntext2.mp4 0\n", "val.txt")
    let one = await #expect(throws: RunError.self) { try await runs.start(request) }
    #expect(one?.description.contains("1 of 3 clips cannot be read. The first: \(folder("text2.mp4"))") == true)
    #expect(!FileManager.default.fileExists(atPath: folder("run")))
  }

  @Test func samplesThatFailInValidationAreNamedBesideThoseOfTraining() async throws {
    let request = try request {
      $0.maxFailures = 0.5
      $0.data = [folder("some.txt")]
    }
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\nv2.mp4 2\nv3.mp4 3\ngone.mp4 1\n", "some.txt")
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\nlost.mp4 2\n", "val.txt")
    let run = try await runs.start(request)
    #expect(run.events.filter { $0 == "failure" }.count == 2)
    let lines = try String(contentsOfFile: runs.directory().failures, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "sample,stage,epoch,reason")
    #expect(lines[1].hasPrefix(folder("gone.mp4") + ",clips,0,"), "\(lines)")
    #expect(lines[2].hasPrefix(folder("lost.mp4") + ",validation/clips,0,"), "\(lines)")
    let report = try String(contentsOfFile: runs.directory().report, encoding: .utf8)
    #expect(report.contains("lost.mp4") && report.contains("gone.mp4"))
  }
}
