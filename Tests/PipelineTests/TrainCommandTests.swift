import Foundation
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// `sluice train maskfeat` as a user runs it, on small videos of the synthetic set.
@Suite(.serialized) struct TrainCommandTests {
  private static let small = [
    "--set", "batch.size=2", "--set", "optimize.peak=1e-3", "--seed", "5", "--threads", "1",
  ]

  @Test(arguments: ["fp32", "bf16"])
  func aRunThatIsKilledAndResumedEqualsOneThatNeverStopped(_ precision: String) throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(3, to: folder)
      let common =
        ["train", "maskfeat", "--data", list, "--epochs", "4", "--checkpoint-every", "1", "--precision", precision]
        + Self.small
      let whole = try SluiceProgram.run(common + ["--out", folder + "/whole"])
      #expect(whole.status == 0, "\(whole.errors)")

      let killed = try SluiceProgram.train(common, out: folder + "/killed", interruptedAfter: 2, by: SIGKILL)
      #expect(killed.status == SIGKILL, "\(killed.errors)")
      let resumed = try SluiceProgram.run([
        "train", "maskfeat", "--resume", "--out", folder + "/killed", "--set", "decode.workers=1", "--set",
        "augment.buffer=1", "--set", "decode.buffer=7",
      ])
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(resumed.errors.contains("resumed after step"))
      let expected = try losses(folder + "/whole")
      #expect(expected.count == 6)
      #expect(try losses(folder + "/killed") == expected)
    }
  }

  @Test(.needsFileSizeLimit) func aDiskThatFillsLosesNothingAndSaysSo() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(3, to: folder)
      let common = ["train", "maskfeat", "--data", list, "--steps", "4", "--checkpoint-every", "1"] + Self.small
      let whole = try SluiceProgram.run(common + ["--out", folder + "/whole"])
      #expect(whole.status == 0, "\(whole.errors)")

      let out = folder + "/full"
      let stopped = try SluiceProgram.train(common, out: out, interruptedAfter: 2, by: SIGINT)
      #expect(stopped.status == 130, "\(stopped.errors)")
      let before = try checkpoints(out)
      // Files of at most 1000 blocks, less than the optimiser's; the signal that goes with it is ignored, as no disk
      // sends one.
      let failed = try TestSupport.SluiceProgram.run(
        ["train", "maskfeat", "--resume", "--out", out], limits: "trap '' XFSZ; ulimit -f 1000")
      #expect(failed.status == 1)
      let last = try #require(before.last)
      #expect(failed.messages.contains("make room on the disk"), "\(failed.messages)")
      #expect(failed.messages.contains("\(last), is whole: go on from it by --resume"), "\(failed.messages)")
      #expect(try checkpoints(out) == before)
      let resumed = try SluiceProgram.run(["train", "maskfeat", "--resume", "--out", out])
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try losses(out) == losses(folder + "/whole"))
    }
  }

  @Test func numbersThatAreNoneStopTheRunAndLeaveTheLastCheckpoint() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(3, to: folder)
      // A rate at which one of the first steps overflows; which one hangs on the kernels' roundings.
      let run = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--steps", "9", "--checkpoint-every", "1", "--out", folder + "/run"]
          + Self.small + ["--set", "optimize.peak=1000"])
      #expect(run.status == 1)
      #expect(run.errors.contains("is not finite") || run.errors.contains("the loss is"), "\(run.errors)")
      let last = try #require(try checkpoints(folder + "/run").last)
      let done = Int(last.suffix(6)) ?? 0
      #expect((1..<8).contains(done))
      #expect(
        run.errors.contains("step \(done + 1):")
          && (run.errors.contains("(backward)") || run.errors.contains("(optimize)")), "\(run.errors)")
      #expect(run.errors.contains("clip 0.mp4") || run.errors.contains("clip 1.mp4"), "\(run.errors)")
      let resumed = try SluiceProgram.run(["train", "maskfeat", "--resume", "--out", folder + "/run"])
      #expect(resumed.status == 1 && resumed.errors.contains("resumed after step \(done)"), "\(resumed.errors)")
    }
  }

  @Test func aRunWhereNothingMayBeWrittenSaysSo() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(1, to: folder)
      try Data().write(to: URL(filePath: folder + "/file"))
      let run = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--steps", "1", "--out", folder + "/file/run"] + Self.small)
      #expect(run.status == 1 && run.errors.contains("\(folder)/file: cannot be created"), "\(run.errors)")
    }
  }

  @Test func aChangedConfigurationIsRefusedWithTheDifference() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let first = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--steps", "1", "--out", folder + "/run"] + Self.small)
      #expect(first.status == 0, "\(first.errors)")
      let resume = ["train", "maskfeat", "--resume", "--out", folder + "/run", "--steps", "2"]
      let refused = try SluiceProgram.run(resume + ["--set", "cubeMask.ratio=0.5"])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("changed: cubeMask.ratio: 0.4 → 0.5"), "\(refused.errors)")
      let allowed = try SluiceProgram.run(resume + ["--set", "cubeMask.ratio=0.5", "--allow-change"])
      #expect(allowed.status == 0, "\(allowed.errors)")
      #expect(try losses(folder + "/run").count == 2)
    }
  }

  @Test func failingSamplesAreCountedAndNamed() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder, broken: ["cut.mp4", "missing.mp4"])
      let run = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--epochs", "2", "--max-failures", "0.5", "--out", folder + "/run"]
          + Self.small)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("2 samples failed"), "\(run.errors)")
      let failures = try String(contentsOfFile: folder + "/run/failures.csv", encoding: .utf8)
      #expect(failures.contains("cut.mp4") && failures.contains("missing.mp4"), "\(failures)")
    }
  }

  @Test func aListOfBrokenFilesStopsWithASentence() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(0, to: folder, broken: ["cut.mp4", "missing.mp4"])
      let run = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--epochs", "2", "--max-failures", "1", "--out", folder + "/run"]
          + Self.small)
      #expect(run.status == 1)
      #expect(run.errors.contains("none of the 2 samples could be used"), "\(run.errors)")
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1])
  func aSignalFinishesTheStepWritesACheckpointAndExits130(signal: Int32) throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let run = try SluiceProgram.train(
        ["train", "maskfeat", "--data", list, "--epochs", "1000"] + Self.small, out: folder + "/run",
        interruptedAfter: 2, by: signal)
      #expect(run.status == 130, "\(run.errors)")
      let lines = try MetricsLog.lines(at: folder + "/run/metrics.jsonl")
      let checkpoints = try FileManager.default.contentsOfDirectory(atPath: folder + "/run/checkpoints")
      let last = String(format: "step-%06d", lines.last?.step ?? 0)
      #expect(checkpoints.contains(last), "\(checkpoints) has no \(last)")
    }
  }

  @Test func unknownNamesAreRefusedWithTheNearest() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(1, to: folder)
      let pipeline = try SluiceProgram.run(["train", "maskfaet", "--data", list])
      #expect(pipeline.status == 1 && pipeline.errors.contains("Did you mean maskfeat?"), "\(pipeline.errors)")
      let field = try SluiceProgram.run(["train", "maskfeat", "--data", list, "--set", "decode.wokers=2"])
      #expect(field.status == 1 && field.errors.contains("Did you mean workers?"), "\(field.errors)")
      let option = try SluiceProgram.run(["train", "maskfeat", "--data", list, "--epoch", "2"])
      #expect(option.status == 64, "\(option.errors)")
    }
  }

  private func checkpoints(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory + "/checkpoints").sorted()
  }

  private func losses(_ directory: String) throws -> [Double] {
    try MetricsLog.lines(at: directory + "/metrics.jsonl").map(\.loss)
  }
}
