import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Runs whose files are damaged or whose weights are no numbers, in the sentences that say so.
@Suite struct DamagedRunTests {
  private let runs = SmallRuns()

  private func sentence(_ body: () async throws -> Void) async -> String {
    do { try await body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  @Test func aConfigurationThatCannotBeReadIsNoBeginning() async throws {
    try runs.data()
    let trainer = try PreparedRun(TimeSformerTraining.self, runs.request(steps: 1)).trainer(in: runs.directory())
    try FileManager.default.createDirectory(atPath: runs.folder("run/checkpoints"), withIntermediateDirectories: true)
    _ = try runs.folder.write("{", "run/configuration.json")
    #expect(
      await sentence { _ = try await trainer.resume(allowsChange: false, stop: StopRequest()) { _ in } }.hasSuffix(
        "configuration.json cannot be read. Name another --out."))
    try FileManager.default.createDirectory(
      atPath: runs.folder("run/metrics.jsonl"), withIntermediateDirectories: true)
    #expect(
      await sentence { _ = try MetricsLog.lines(at: runs.folder("run/metrics.jsonl")) }.hasSuffix(
        "metrics.jsonl cannot be read. Look at its permissions."))
  }

  @Test func logitsThatAreNoNumbersPredictNothing() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    let saved = try SavedCheckpoint(path: runs.folder("run/checkpoints/step-000001"))
    var state = try saved.state()
    state.parameters = state.parameters.mapValues { Tensor.full($0.shape, 3e38) }
    let folder = runs.folder("broken")
    _ = try CheckpointFolder(folder).save(state)
    let found = await sentence {
      let classifier = try TrainedClassifier(from: folder + "/step-000001")
      _ = try await classifier.classes(of: [runs.folder("v0.mp4")]).rankings(1)
    }
    #expect(
      found.hasSuffix("v0.mp4: the network's logits are not finite. Look at its weights with weights info."), "\(found)"
    )
  }

  @Test func aMaskedModelHasNothingToCompareWith() async throws {
    try runs.data()
    let list = runs.folder("train.txt")
    let trained = try SluiceProgram.run([
      "train", "videomae", "--data", list, "--root", runs.folder.path, "--steps", "1", "--out", runs.folder("masked"),
      "--set", "batch.size=2", "--set", "model.frameCount=4", "--set", "model.imageSize=32", "--set", "model.depth=1",
      "--set", "denseFrames.stride=1", "--threads", "1",
    ])
    try #require(trained.status == 0, "\(trained.errors)")
    let run = try SluiceProgram.run([
      "eval", "videomae", "--from", runs.folder("masked"), "--data", list, "--root", runs.folder.path,
    ])
    #expect(
      run.status == 1 && run.errors.contains("videomae has no evaluation: there is nothing to compare with."),
      "\(run.errors)")
  }

  @Test func aDemoOfOtherSettingsIsLeftAlone() throws {
    let out = runs.folder("demo")
    let begun = try SluiceProgram.run(["demo", "--labels", "3", "--out", out]) { process in
      while process.isRunning, !FileManager.default.fileExists(atPath: out + "/summary.json") { usleep(1000) }
      kill(process.processIdentifier, SIGKILL)
    }
    try #require(begun.status == SIGKILL)
    let other = try SluiceProgram.run(["demo", "--labels", "4", "--out", out])
    #expect(other.status == 1 && other.errors.contains("holds a demo of other settings ("), "\(other.errors)")
    #expect(other.errors.contains("Run it with those, or name another --out."))
  }
}
