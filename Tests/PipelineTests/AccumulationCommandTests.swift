import Foundation
import SluiceCheckpoints
import SluiceTraining
import TestSupport
import Testing

/// Runs whose updates are made of several batches, as a user makes them.
@Suite(.serialized) struct AccumulationCommandTests {
  private static let tiny = [
    "depth=1", "imageSize=32", "dimension=16", "headCount=2", "frameCount=4",
  ].flatMap { ["--set", "model." + $0] }

  private func command(_ list: String, _ more: [String]) -> [String] {
    ["train", "timesformer", "--data", list] + Self.tiny + [
      "--set", "denseFrames.stride=4", "--set", "batch.size=2", "--set", "optimize.accumulation=3",
    ] + more
  }

  private func losses(_ run: String) throws -> [Double] {
    try MetricsLog.lines(at: run + "/metrics.jsonl").map(\.loss)
  }

  @Test func stepsAreUpdatesEverywhere() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(8, to: folder)
      let out = folder + "/run"
      let run = try SluiceProgram.run(
        command(list, ["--steps", "3", "--checkpoint-every", "2", "--keep", "9", "--out", out]))
      #expect(run.status == 0 && run.output.contains("finished step 3"), "\(run.errors)")
      #expect(run.errors.contains("3/3"), "\(run.errors)")
      #expect(try MetricsLog.lines(at: out + "/metrics.jsonl").map(\.step) == [1, 2, 3])
      let checkpoints = try FileManager.default.contentsOfDirectory(atPath: out + "/checkpoints").sorted()
      #expect(checkpoints == ["step-000002", "step-000003"])
      let saved = try SavedCheckpoint(path: out + "/checkpoints/step-000003")
      #expect(saved.position.stream.sources[0].consumed == 18)
    }
  }

  @Test func whatIsLeftAtTheEndIsAppliedAndTheRunSaysWhatItDoes() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(8, to: folder)
      let out = folder + "/run"
      // Four batches: an update of three, and one of one.
      let run = try SluiceProgram.run(command(list, ["--epochs", "1", "--out", out]))
      #expect(run.status == 0 && run.output.contains("finished step 2"), "\(run.errors)")
      let lines = try MetricsLog.lines(at: out + "/metrics.jsonl")
      #expect(lines.count == 2 && lines.allSatisfy { $0.gradientNorm > 0 })
      let single = try SluiceProgram.run(
        command(list, ["--set", "optimize.accumulation=9", "--epochs", "1", "--out", folder + "/single"]))
      #expect(single.status == 0, "\(single.errors)")
      #expect(single.errors.contains("optimize.accumulation is 9, and the run has 4 batches"), "\(single.errors)")
      let probe = try SluiceProgram.run(
        command(list, ["--epochs", "1", "--set", "optimize.warmup=2", "--linear-probe", "--out", folder + "/probe"]))
      #expect(probe.errors.contains("optimize.warmup is 2.0 epochs, and the run has 1 epoch"), "\(probe.errors)")
      #expect(probe.errors.contains("linearProbe and no --from"), "\(probe.errors)")
    }
  }

  @Test(arguments: [SIGINT, SIGKILL]) func aRunThatIsEndedGoesOnAsIfItNeverHad(signal: Int32) throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(5, to: folder)
      let common = command(
        list,
        [
          "--epochs", "13", "--checkpoint-every", "1", "--set", "optimize.average=0.9", "--set",
          "optimize.averageEvery=micro",
        ])
      let whole = try SluiceProgram.run(common + ["--out", folder + "/whole"])
      #expect(whole.status == 0, "\(whole.errors)")
      let ended = try SluiceProgram.train(common, out: folder + "/run", interruptedAfter: 3, by: signal)
      #expect(ended.status == (signal == SIGINT ? 130 : signal), "\(ended.errors)")
      let resumed = try SluiceProgram.run(["train", "timesformer", "--resume", "--out", folder + "/run"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try losses(folder + "/run") == losses(folder + "/whole"))
      #expect(try losses(folder + "/run").count == 11)
      let last = "/checkpoints/step-000011/"
      for file in ["parameters.safetensors", "optimizer.safetensors"] {
        #expect(
          FileManager.default.contentsEqual(
            atPath: folder + "/run" + last + file, andPath: folder + "/whole" + last + file))
      }
    }
  }

  @Test func aRunOfAnOlderVersionIsRefusedAndANoticedAverageSaid() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let out = folder + "/run"
      let run = try SluiceProgram.run(command(list, ["--steps", "2", "--set", "optimize.average=0.9", "--out", out]))
      #expect(run.status == 0, "\(run.errors)")
      let resume = ["train", "timesformer", "--resume", "--out", out, "--steps"]
      let refused = try SluiceProgram.run(resume + ["3", "--set", "optimize.average=0"])
      #expect(refused.status == 1 && refused.errors.contains("optimize.average: 0.9 → 0.0"), "\(refused.errors)")
      let allowed = try SluiceProgram.run(resume + ["3", "--set", "optimize.average=0", "--allow-change"])
      #expect(
        allowed.status == 0 && allowed.errors.contains("this run keeps none: they are left out"), "\(allowed.errors)")

      // Checkpoints of before did not say what their steps are.
      let path = out + "/checkpoints/step-000003"
      var state = try SavedCheckpoint(path: path).state()
      var position = try JSONValue(json: String(decoding: JSONEncoder().encode(state.position), as: UTF8.self))
      if case .object(var members) = position {
        members["stepUnit"] = nil
        position = .object(members)
      }
      state.position = try JSONDecoder().decode(TrainingPosition.self, from: Data(position.json().utf8))
      try FileManager.default.removeItem(atPath: path)
      _ = try CheckpointFolder(out + "/checkpoints").save(state)
      let old = try SluiceProgram.run(resume + ["4", "--allow-change"])
      #expect(old.status == 1 && old.errors.contains("counted each of the 3 batches of an update"), "\(old.errors)")
    }
  }
}
