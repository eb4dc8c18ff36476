import Foundation
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// The classifying systems as a user runs them, on small videos of the synthetic set.
@Suite(.serialized) struct FineTuningTests {
  private static let systems = ["timesformer", "vivit", "maskfeat-finetune"]
  private static let quick = ["--set", "batch.size=2", "--seed", "5", "--threads", "1"]

  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try sluice(arguments) }

  private func sluice(_ arguments: [String]) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments + (arguments[0] == "train" ? Self.quick : []))
  }

  private func losses(_ directory: String) throws -> [Double] {
    try MetricsLog.lines(at: directory + "/metrics.jsonl").map(\.loss)
  }

  @Test(arguments: systems)
  func aSystemTrainsTheSameFromAListAndFromShards(system: String) throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let shards = try sluice("preprocess", list, "--out", folder + "/set")
      #expect(shards.status == 0, "\(shards.errors)")
      for (data, out) in [(list, "/list"), (folder + "/set", "/shards")] {
        let run = try sluice("train", system, "--data", data, "--steps", "2", "--out", folder + out)
        #expect(run.status == 0, "\(run.errors)")
      }
      let expected = try losses(folder + "/list")
      #expect(expected.count == 2 && expected.allSatisfy { $0.isFinite && $0 > 0 })
      #expect(try losses(folder + "/shards") == expected)
    }
  }

  @Test func aValidatedRunThatIsKilledAndResumedEqualsOneThatNeverStopped() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let common = [
        "train", "timesformer", "--data", list, "--val", list, "--epochs", "4", "--checkpoint-every", "1", "--set",
        "model.depth=1", "--set", "recipe.mixes=true",
      ]
      let whole = try SluiceProgram.run(common + Self.quick + ["--out", folder + "/whole"])
      #expect(whole.status == 0, "\(whole.errors)")
      let killed = try SluiceProgram.train(
        common + Self.quick, out: folder + "/killed", interruptedAfter: 3, by: SIGKILL)
      #expect(killed.status == SIGKILL, "\(killed.errors)")
      let resumed = try SluiceProgram.run(["train", "timesformer", "--resume", "--out", folder + "/killed"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      let expected = try MetricsLog.lines(at: folder + "/whole/metrics.jsonl")
      let found = try MetricsLog.lines(at: folder + "/killed/metrics.jsonl")
      #expect(expected.count == 8 && found.map(\.loss) == expected.map(\.loss))
      #expect(found.map { $0.metrics["val_loss"] } == expected.map { $0.metrics["val_loss"] })
      let page = try HTMLPage(contentsOf: folder + "/killed/report.html").text
      #expect(page.contains("val_top1") && page.contains("val_loss") && page.contains("best val_top1"))
      #expect(expected.map { $0.metrics["val_top1"] == nil } == [true, false, true, false, true, false, true, false])
    }
  }

  @Test func preTrainingGoesOnIntoTuningEvaluationAndPrediction() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let first = try sluice("train", "maskfeat", "--data", list, "--steps", "1", "--out", folder + "/pre")
      #expect(first.status == 0, "\(first.errors)")
      let tuned = try sluice(
        "train", "maskfeat-finetune", "--from", folder + "/pre", "--data", list, "--steps", "1", "--out",
        folder + "/tuned")
      #expect(tuned.status == 0, "\(tuned.errors)")
      #expect(tuned.errors.contains("150 of 152 parameters loaded"), "\(tuned.errors)")
      #expect(tuned.errors.contains("missing, stay as they began: cls_head.cls_head.weight"), "\(tuned.errors)")
      #expect(tuned.errors.contains("not used: model.decoder_pred.bias"), "\(tuned.errors)")

      let judged = try sluice("eval", "maskfeat-finetune", "--from", folder + "/tuned", "--data", list, "--json")
      #expect(judged.status == 0, "\(judged.errors)")
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(judged.output.utf8)) as? [String: Any])
      #expect(report["samples"] as? Int == 4 && report["top5"] as? Double == 1)
      let confusion = try #require(report["confusion"] as? [[Int]])
      #expect(confusion.map { $0.reduce(0, +) } == [1, 1, 1, 1])
      let page = try HTMLPage(contentsOf: folder + "/tuned/evaluation.html")
      #expect(page.text.contains("maskfeat-finetune: evaluation") && page.all(ofClass: "confusion").count == 1)

      // A checkpoint's directory will do as well as its run.
      let checkpoint = folder + "/tuned/checkpoints/step-000001"
      let guess = try sluice("predict", folder + "/clip 2.mp4", "--from", checkpoint, "--top", "3")
      #expect(guess.status == 0, "\(guess.errors)")
      #expect(guess.output.split(separator: "\n").count == 4, "\(guess.output)")

      let wrong = try sluice("eval", "vivit", "--from", folder + "/tuned", "--data", list)
      #expect(wrong.status == 1 && wrong.errors.contains("is of maskfeat-finetune, not of vivit"), "\(wrong.errors)")
      let bare = try sluice("predict", list, "--from", folder + "/pre")
      #expect(
        bare.status == 1
          && bare.errors.contains("which classifies no videos. Tune it first: sluice train maskfeat-finetune --from "),
        "\(bare.errors)")
      let other = try sluice(
        "train", "timesformer", "--from", folder + "/pre", "--data", list, "--steps", "1", "--out", folder + "/none")
      #expect(
        other.status == 1 && other.errors.contains("is a checkpoint of maskfeat; a checkpoint of timesformer"),
        "\(other.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
    }
  }

  @Test func aLinearProbeChangesTheHeadAlone() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let first = try sluice("train", "maskfeat", "--data", list, "--steps", "1", "--out", folder + "/pre")
      #expect(first.status == 0, "\(first.errors)")
      let probe = try sluice(
        "train", "maskfeat-finetune", "--linear-probe", "--from", folder + "/pre", "--data", list, "--steps", "2",
        "--set", "optimize.warmup=0", "--out", folder + "/probe")
      #expect(probe.status == 0, "\(probe.errors)")
      let difference = try sluice(
        "weights", "diff", folder + "/pre/checkpoints/step-000001", folder + "/probe/checkpoints/step-000002")
      let changed = difference.output.split(separator: "\n").filter { $0.contains("model.mvit") }
      #expect(changed.isEmpty && difference.output.contains("cls_head"), "\(difference.output)")
    }
  }

  @Test(arguments: Systems.all.map { $0.name }, [[], ["--set", "model.preset=base"]])
  func theSettingsOfASystemAreAFileThatItReads(system: String, preset: [String]) throws {
    try withTemporaryFolder { folder in
      let type = try Systems.named(system)
      guard preset.isEmpty || Self.settingNames(of: type).contains("model.preset") else { return }
      // Of sentences nothing is decoded.
      let stage = system == "bike-attributes" ? "collate" : "decode"
      let changed = preset + ["--set", "batch.size=3", "--set", "\(stage).workers=5"]
      let file = try sluice(["graph", system, "--settings", "--format", "yaml"] + changed)
      try #require(file.status == 0, "\(file.errors)")
      try Data(file.output.utf8).write(to: URL(filePath: folder + "/settings.yaml"))
      let direct = try sluice(["graph", system, "--settings"] + changed)
      let read = try sluice(["graph", system, "--settings", "--config", folder + "/settings.yaml"])
      #expect(read.status == 0, "\(read.errors)")
      #expect(read.output == direct.output && direct.output.contains("batch.size=3"))
      let over = try sluice([
        "graph", system, "--settings", "--config", folder + "/settings.yaml", "--set", "batch.size=7",
      ])
      #expect(over.output.contains("batch.size=7") && over.output.contains("\(stage).workers=5"), "\(over.errors)")
    }
  }

  private static func settingNames<System: TrainingSystem>(of system: System.Type) -> Set<String> {
    Set(System.Configuration.settings.map(\.name))
  }

  @Test func aClipIsTrainedOnAsOftenAsTheRecipeRepeatsIt() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      for repeats in [1, 2] {
        let run = try SluiceProgram.run([
          "train", "videomae-finetune", "--data", list, "--epochs", "2", "--seed", "3", "--threads", "1", "--set",
          "batch.size=2", "--set", "recipe.repeats=\(repeats)", "--set", "recipe.flip=0.5", "--out",
          "\(folder)/\(repeats)",
        ])
        #expect(run.status == 0, "\(run.errors)")
        // Two videos a step, whatever the number of clips that are made of each.
        #expect(try losses("\(folder)/\(repeats)").count == 4)
      }
      #expect(try losses(folder + "/1") != losses(folder + "/2"))
      let own = try sluice("graph", "videomae-finetune", "--set", "recipe.repeats=2", "--set", "repeat.count=3")
      #expect(own.status == 1 && own.errors.contains("repeat follows from the recipe"), "\(own.errors)")
    }
  }

  @Test func aGraphIsPrintedInEveryFormat() throws {
    for (format, beginning) in [("text", "maskfeat"), ("mermaid", "flowchart"), ("dot", "digraph"), ("json", "{")] {
      let graph = try sluice("graph", "maskfeat", "--format", format)
      #expect(graph.status == 0 && graph.output.hasPrefix(beginning), "\(format): \(graph.output.prefix(80))")
    }
    let list = try sluice("graph", "maskfeat", "--list-format", "webvd")
    #expect(list.status == 64 && list.errors.contains("--list-format"), "\(list.errors)")
  }

  @Test func unknownNamesAreRefusedWithTheNearest() throws {
    let field = try sluice("graph", "timesformer", "--set", "model.atention=joint_space_time")
    #expect(field.status == 1 && field.errors.contains("Did you mean attention?"), "\(field.errors)")
    let value = try sluice("graph", "vivit", "--set", "model.attention=fact_encodr")
    #expect(value.status == 1 && value.errors.contains("Did you mean fact_encoder?"), "\(value.errors)")
    let recipe = try sluice("graph", "vivit", "--set", "recipe.mixse=true")
    #expect(recipe.status == 1 && recipe.errors.contains("Did you mean mixes?"), "\(recipe.errors)")
    let preset = try sluice("graph", "vivit", "--set", "model.preset=smal")
    #expect(preset.status == 1 && preset.errors.contains("Did you mean small?"), "\(preset.errors)")
  }
}
