import Foundation
import SluiceTraining
import TestSupport
import Testing

/// Runs that a version before 0.1.0 left, stopped after two of four steps.
@Suite(.serialized) struct StoredRunTests {
  private static let runs = Golden.packageRoot.appending(path: "Tests/Fixtures/trained").path

  /// A folder with the run and the videos it was trained on, where it was trained.
  private func withRun(_ system: String, _ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let synth = try SluiceProgram.run(["synth", "motion", "--train", "8", "--val", "8"], in: folder)
      try #require(synth.status == 0, "\(synth.errors)")
      try FileManager.default.copyItem(atPath: "\(Self.runs)/\(system)", toPath: folder + "/run")
      try body(folder)
    }
  }

  @Test(arguments: ["timesformer", "maskfeat"]) func aStoredRunGoesOn(system: String) throws {
    try withRun(system) { folder in
      let expected = try MetricsLog.lines(at: folder + "/run/metrics.jsonl")
      let run = try SluiceProgram.run(["train", system, "--resume", "--out", "run"], in: folder)
      #expect(run.status == 0 && run.errors.contains("resumed after step 2"), "\(run.errors)")
      let found = try MetricsLog.lines(at: folder + "/run/metrics.jsonl")
      #expect(found.map(\.step) == [1, 2, 3, 4])
      // Kernels of other processors round otherwise.
      for (own, other) in zip(found, expected) { #expect(abs(own.loss - other.loss) < 1e-3 * other.loss) }
    }
  }

  @Test func aChangeIsRefusedWithTheVersionThatWroteTheRun() throws {
    try withRun("timesformer") { folder in
      let run = try SluiceProgram.run(
        ["train", "timesformer", "--resume", "--out", "run", "--set", "optimize.warmup=2"], in: folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("written by a version before 0.1.0"), "\(run.errors)")
      #expect(run.errors.contains("changed: optimize.warmup: 10.0% → 2.0 epochs"), "\(run.errors)")
    }
  }

  @Test func aRunWhoseDataHasMovedSaysWhatItWasStartedWith() throws {
    try withRun("timesformer") { folder in
      let elsewhere = folder + "/elsewhere"
      try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
      try FileManager.default.moveItem(atPath: folder + "/motion", toPath: elsewhere + "/motion")
      let resume = ["train", "timesformer", "--resume", "--out", "run"]
      let lost = try SluiceProgram.run(resume, in: folder)
      #expect(
        lost.status == 1
          && lost.errors.contains(
            "run was started with it; if it has moved, say where it is with --data, --val, --root or --classes."),
        "\(lost.errors)")
      let found = try SluiceProgram.run(
        resume + [
          "--root", "elsewhere", "--data", "elsewhere/motion/train.txt", "--val", "elsewhere/motion/val.txt",
          "--classes", "elsewhere/motion/classes.json", "--allow-change",
        ], in: folder)
      #expect(found.status == 0 && found.errors.contains("resumed after step 2"), "\(found.errors)")
    }
  }

  @Test func aStoredRunIsEvaluatedAndBegunWith() throws {
    try withRun("timesformer") { folder in
      let evaluated = try SluiceProgram.run(
        ["eval", "timesformer", "--from", "run", "--data", "motion/val.txt", "--json"], in: folder)
      #expect(evaluated.status == 0, "\(evaluated.errors)")
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])
      #expect(report["samples"] as? Int == 8)
      let network = ["depth=1", "dimension=16", "headCount=2", "imageSize=32", "frameCount=4"]
      let begun = try SluiceProgram.run(
        ["train", "timesformer", "--from", "run", "--data", "motion/train.txt", "--classes", "motion/classes.json"]
          + network.flatMap { ["--set", "model." + $0] }
          + ["--set", "denseFrames.stride=4", "--set", "batch.size=2", "--steps", "1", "--out", "next"], in: folder)
      #expect(begun.status == 0, "\(begun.errors)")
      #expect(begun.errors.contains("begins with run/checkpoints/step-000002"), "\(begun.errors)")
    }
  }
}
