import Foundation
import SluiceCheckpoints
import SluiceText
import SluiceTraining
import TestSupport
import Testing

/// BIKE's two branches from the command line: training, resuming, what a run keeps, what is refused.
@Suite struct BIKECommandTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  @Test func aVideoBranchIsTrainedValidatedAndEvaluated() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let trained = try runs.train("bike", "--val", runs.list, "--epochs", "2")
      try #require(trained.status == 0, "\(trained.errors)")
      #expect(trained.errors.contains("begins with \(runs.clip)/model.safetensors:"), "\(trained.errors)")
      let lines = try runs.lines("bike")
      #expect(lines.count == 5 && lines.allSatisfy { $0.loss.isFinite && $0.metrics["pair_acc"] != nil })
      #expect(lines.last?.metrics["val_top1"] != nil)
      let prompts = try String(contentsOfFile: runs.path("bike") + "/prompts.txt", encoding: .utf8)
      #expect(prompts.hasPrefix("This is a video about moving left\nThis is a video about moving right\n"))
      // Neither towers nor merges are wanted any more.
      try FileManager.default.removeItem(atPath: runs.clip)
      let found = try sluice("eval", "bike", "--from", runs.path("bike"), "--data", runs.list, "--threads", "1")
      #expect(found.status == 0 && found.output.contains("top-1"), "\(found.output)\(found.errors)")
      let resumed = try sluice(
        "train", "bike", "--resume", "--out", runs.path("bike"), "--epochs", "3", "--allow-change", "--threads", "1")
      #expect(resumed.status == 0, "\(resumed.errors)")
      let tuned = try SluiceProgram.run(
        [
          "train", "bike", "--from", runs.path("bike"), "--data", runs.list, "--classes", runs.classes, "--steps", "1",
          "--threads", "1", "--out", runs.path("tuned"),
        ] + BIKERuns.small("bike"))
      #expect(tuned.status == 0, "\(tuned.errors)")
    }
  }

  @Test func anAttributesBranchIsTrainedValidatedAndEvaluated() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let trained = try runs.train(
        "bike-attributes", "--val", runs.list, "--val-attributes", runs.attributes, "--epochs", "2")
      try #require(trained.status == 0, "\(trained.errors)")
      #expect(try runs.lines("bike-attributes").last?.metrics["val_top1"] != nil)
      // No video is read.
      for number in 0..<5 { try FileManager.default.removeItem(atPath: runs.path("v\(number).mp4")) }
      let found = try sluice(
        "eval", "bike-attributes", "--from", runs.path("bike-attributes"), "--data", runs.list, "--attributes",
        runs.attributes, "--threads", "1", "--scores", runs.path("scores.safetensors"))
      #expect(found.status == 0 && found.output.contains("top-1"), "\(found.output)\(found.errors)")
      let scores = try SafetensorsFile(path: runs.path("scores.safetensors"))
      #expect(try scores.info("scores").shape == [5, 8])
      #expect(try scores.integers("labels") == [0, 1, 2, 3, 4])
      let views = try sluice(
        "eval", "bike-attributes", "--from", runs.path("bike-attributes"), "--data", runs.list, "--attributes",
        runs.attributes, "--windows", "2")
      #expect(
        views.status == 1 && views.errors.contains("reads sentences about videos, and no videos"), "\(views.errors)")
    }
  }

  @Test(arguments: ["bike", "bike-attributes"]) func aKilledRunGoesOnBitForBit(system: String) throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      // Updates of two batches, of which one is left at the end of an epoch.
      let common = runs.arguments(
        system, ["--epochs", "6", "--checkpoint-every", "1", "--set", "optimize.accumulation=2"])
      let whole = try SluiceProgram.run(common + ["--out", runs.path("whole")])
      try #require(whole.status == 0, "\(whole.errors)")
      let expected = try runs.lines("whole").map(\.metrics)
      #expect(expected.count > 4)
      let out = runs.path("killed")
      let killed = try SluiceProgram.train(common, out: out, interruptedAfter: 3, by: SIGKILL)
      #expect(killed.status == SIGKILL, "\(killed.errors)")
      let resumed = try sluice(
        "train", system, "--resume", "--out", out, "--set", "collate.workers=3", "--threads", "2")
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try runs.lines("killed").map(\.metrics) == expected)
      let last = String(format: "/checkpoints/step-%06d/", expected.count)
      for file in ["parameters.safetensors", "optimizer.safetensors"] {
        let (one, other) = (URL(filePath: runs.path("whole") + last + file), URL(filePath: out + last + file))
        #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(file)")
      }
    }
  }

  @Test func aRunKeepsItsMergesAndRefusesOthers() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let first = try runs.train("bike", "--steps", "1")
      try #require(first.status == 0, "\(first.errors)")
      let kept = try String(contentsOfFile: runs.path("bike") + "/merges.txt", encoding: .utf8)
      let own = try String(contentsOfFile: runs.clip + "/merges.txt.gz", encoding: .utf8)
      #expect(kept == own)
      // As many merges of other words.
      let other = runs.path("other.txt")
      let words = ["upward and downward", "turning clockwise", "coming nearer", "going farther away", "standing still"]
      try Merges.learned(from: words, count: try TinyCLIP.merges().count).fileText
        .write(toFile: other, atomically: true, encoding: .utf8)
      let refusal = "has other merges than those that the weights were trained with: "
      let resumed = try sluice(
        "train", "bike", "--resume", "--out", runs.path("bike"), "--merges", other, "--steps", "2", "--allow-change")
      #expect(resumed.status == 1 && resumed.errors.contains(refusal), "\(resumed.errors)")
      let tuned = try runs.train("bike", "--from", runs.path("bike"), "--merges", other, "--steps", "1", out: "tuned")
      #expect(tuned.status == 1 && tuned.errors.contains(refusal), "\(tuned.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("tuned")))
      // Another set of names is other data.
      let names = try String(contentsOfFile: runs.classes, encoding: .utf8).replacing("moving up", with: "rising")
      try names.write(toFile: runs.path("names.csv"), atomically: true, encoding: .utf8)
      let named = try sluice(
        "train", "bike", "--resume", "--out", runs.path("bike"), "--classes", runs.path("names.csv"))
      #expect(named.status == 1 && named.errors.contains("rising"), "\(named.errors)")
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let bare = [
        "train", "bike", "--data", runs.list, "--classes", runs.classes, "--steps", "1", "--out", runs.path("none"),
      ]
      let towers = try SluiceProgram.run(bare)
      #expect(towers.status == 1 && towers.errors.contains("no towers: name a CLIP by --clip"), "\(towers.errors)")
      let merges = try SluiceProgram.run(bare + ["--clip", runs.clip + "/model.safetensors"])
      // Beside the file lie merges; alone it has none.
      #expect(merges.status == 0, "\(merges.errors)")
      try FileManager.default.createDirectory(atPath: runs.path("alone"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: runs.clip + "/model.safetensors", toPath: runs.path("alone") + "/model.safetensors")
      let alone = try SluiceProgram.run(bare + ["--overwrite", "--clip", runs.path("alone")])
      #expect(alone.status == 1 && alone.errors.contains("no merges: name those"), "\(alone.errors)")
      let short = runs.path("short.txt")
      try "#version\na b\n".write(toFile: short, atomically: true, encoding: .utf8)
      let fewer = try SluiceProgram.run(bare + ["--overwrite", "--clip", runs.clip, "--merges", short])
      #expect(fewer.status == 1 && fewer.errors.contains("makes 515 tokens, and the text tower"), "\(fewer.errors)")
      let attributes = try SluiceProgram.run([
        "train", "bike-attributes", "--data", runs.list, "--classes", runs.classes, "--clip", runs.clip, "--steps", "1",
      ])
      #expect(attributes.status == 1 && attributes.errors.contains("no attributes: name the phrases"))
      try "{\"elsewhere.mp4\": {\"classname_topk\": [\"a\"]}}".write(
        toFile: runs.path("few.json"), atomically: true, encoding: .utf8)
      let lacking = try SluiceProgram.run(
        runs.arguments("bike-attributes", ["--steps", "1"]).map { $0 == runs.attributes ? runs.path("few.json") : $0 })
      #expect(lacking.status == 1 && lacking.errors.contains("videos.txt:1: "), "\(lacking.errors)")
      #expect(lacking.errors.contains("has no attributes of 5 of the 5 videos"), "\(lacking.errors)")
      let useless = try sluice("train", "maskfeat", "--data", runs.list, "--clip", runs.clip, "--steps", "1")
      #expect(useless.status == 1 && useless.errors.contains("--clip \(runs.clip) has no effect here"))
      let long = String(repeating: "moving left and right and up and down ", count: 20)
      try ("id,name\n" + (0..<8).map { "\($0),\(long)\($0)\n" }.joined())
        .write(toFile: runs.path("long.csv"), atomically: true, encoding: .utf8)
      let tooLong = try SluiceProgram.run(
        runs.arguments("bike", ["--steps", "1"]).map { $0 == runs.classes ? runs.path("long.csv") : $0 })
      #expect(
        tooLong.status == 1 && tooLong.errors.contains("This is a video about moving left and"), "\(tooLong.errors)")
    }
  }

  @Test func towersForOtherImagesAreRefusedUnlessPositionsAreResized() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let refused = try runs.train("bike", "--steps", "1", "--set", "recipe.imageSize=48", out: "none")
      #expect(refused.status == 1 && refused.errors.contains("has positions for 2×2 patches"), "\(refused.errors)")
      let resized = try runs.train(
        "bike", "--steps", "1", "--set", "recipe.imageSize=48", "--resize-positions", out: "larger")
      #expect(resized.status == 0, "\(resized.errors)")
    }
  }

  @Test func aFewShotRunSaysWhatItChose() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder, videos: 9)
      let run = try runs.train("bike", "--steps", "2", "--set", "recipe.shot=1")
      #expect(run.status == 0 && run.errors.contains("few-shot: 8 clips of 8 classes"), "\(run.errors)")
      let choice = try String(contentsOfFile: runs.path("bike") + "/few-shot.tsv", encoding: .utf8)
      #expect(choice.split(separator: "\n").count == 9)
      let more = try runs.train("bike", "--steps", "2", "--set", "recipe.shot=2", out: "more")
      #expect(more.status == 1 && more.errors.contains("has 1 clip, and 2 of each class are wanted"), "\(more.errors)")
    }
  }

  @Test func aFrozenTextTowerStaysAndALearningOneMoves() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      for (name, frozen) in [("frozen", "true"), ("learning", "false")] {
        let run = try runs.train(
          "bike", "--steps", "3", "--set", "network.fix_text=\(frozen)", "--set", "optimize.warmup=0", out: name)
        #expect(run.status == 0, "\(run.errors)")
        let weights = try SafetensorsFile(path: runs.path(name) + "/checkpoints/step-000003/parameters.safetensors")
        let began = try SafetensorsFile(path: runs.clip + "/model.safetensors")
        let isSame = try weights.floats("text_projection") == began.floats("text_projection")
        #expect(isSame == (frozen == "true"), "\(name)")
        #expect(try weights.floats("visual.proj") != began.floats("visual.proj"))
        #expect(try weights.floats("logit_scale") != began.floats("logit_scale"))
      }
    }
  }
}
