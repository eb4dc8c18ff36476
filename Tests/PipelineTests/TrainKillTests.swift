import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// Training that is killed at random moments, between any two instructions.
@Suite struct TrainKillTests {
  /// Every resumed run goes on bit for bit as one that never stopped, also with other workers.
  @Test(.enabled(if: isLongTier)) func thirtyKillsAtRandomMomentsChangeNothing() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(5, to: folder)
      let common = [
        "train", "maskfeat", "--data", list, "--steps", "40", "--checkpoint-every", "1", "--seed", "5", "--threads",
        "1",
        "--set", "batch.size=2", "--set", "optimize.peak=1e-3",
      ]
      let whole = try SluiceProgram.run(common + ["--out", folder + "/whole"])
      #expect(whole.status == 0, "\(whole.errors)")
      let expected = try MetricsLog.lines(at: folder + "/whole/metrics.jsonl").map(\.loss)
      #expect(expected.count == 40)
      let parameters = try finalParameters(folder + "/whole")

      var (kills, whileSaving, runs) = (0, 0, 0)
      while kills < 30 {
        runs += 1
        let out = "\(folder)/run-\(runs)"
        var isDone = false
        while !isDone {
          let hasBegun = try !CheckpointFolder(out + "/checkpoints").survey().complete.isEmpty
          if !hasBegun { try? FileManager.default.removeItem(atPath: out) }
          let workers = [
            "--set", "decode.workers=\(Int.random(in: 1...3))", "--set", "augment.workers=\(Int.random(in: 1...3))",
            "--set", "decode.buffer=\(Int.random(in: 1...5))",
          ]
          let arguments = hasBegun ? ["train", "maskfeat", "--resume", "--out", out] : common + ["--out", out]
          let run = try SluiceProgram.run(arguments + workers) { process in
            guard kills < 30 else { return }
            // Most of the time is in steps: half of the kills come once a checkpoint is being written.
            usleep(UInt32.random(in: 20_000...900_000))
            if Bool.random() {
              while process.isRunning, try !isSaving(out) { usleep(100) }
              usleep(UInt32.random(in: 0...6_000))
            }
            kill(process.processIdentifier, SIGKILL)
          }
          isDone = run.status == 0
          if isDone { break }
          #expect(run.status == SIGKILL, "\(run.errors)")
          kills += 1
          if try isSaving(out) { whileSaving += 1 }
          // What was logged is right even where its checkpoint is not there yet.
          let losses = try MetricsLog.lines(at: out + "/metrics.jsonl").map(\.loss)
          #expect(losses == Array(expected.prefix(losses.count)), "run \(runs), kill \(kills)")
          #expect(try CheckpointFolder(out + "/checkpoints").survey(verifying: true).unusable.isEmpty)
        }
        #expect(try MetricsLog.lines(at: out + "/metrics.jsonl").map(\.loss) == expected, "run \(runs)")
        #expect(try finalParameters(out) == parameters, "run \(runs)")
        try FileManager.default.removeItem(atPath: out)
      }
      print("train: \(kills) kills in \(runs) runs, \(whileSaving) of them while a checkpoint was being written")
      #expect(whileSaving > 0)
    }
  }

  private func isSaving(_ directory: String) throws -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/checkpoints")) ?? []
    return names.contains { $0.contains(".tmp-") }
  }

  private func finalParameters(_ directory: String) throws -> Data {
    try Data(contentsOf: URL(filePath: directory + "/checkpoints/step-000040/parameters.safetensors"))
  }
}
