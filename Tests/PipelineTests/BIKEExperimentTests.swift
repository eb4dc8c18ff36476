import Foundation
import SluiceTraining
import TestSupport
import Testing

/// BIKE's configuration files and both branches of it from the command line.
@Suite struct BIKEExperimentTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  @Test func aConfigurationIsTrainedResumedAndEvaluated() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let file = try runs.writeExperiment()
      let first = try sluice("train", "bike", "--config", file, "--threads", "1")
      try #require(first.status == 0, "\(first.errors)")
      #expect(first.errors.contains("data.num_classes is a key without an effect"), "\(first.errors)")
      let name = "exps/motion" + runs.clip + "/bike-1"
      let lines = try runs.lines(name)
      #expect(lines.count == 5 && lines.last?.metrics["val_top1"] != nil)
      // The keys of a file are changed by their own names, and by those of settings.
      let changed = try sluice(
        "train", "bike", "--config", file, "--set", "data.batch_size=3", "--set", "recipe.flip=0", "--steps", "1",
        "--threads", "1", "--out", runs.path("changed"))
      #expect(changed.status == 0, "\(changed.errors)")
      let stored = try StoredConfiguration(of: RunDirectory(path: runs.path("changed"))).request.settings
      #expect(stored["batch.size"] == "3" && stored["recipe.flip"] == "0")
      let later = try runs.writeExperiment(
        ["resume": runs.path(name), "solver.epochs": "3"], to: "resume.yaml")
      let resumed = try sluice("train", "bike", "--config", later, "--allow-change", "--threads", "1", "--resume")
      #expect(resumed.status == 0, "\(resumed.errors)")
      let measured = try runs.writeExperiment(
        ["resume": runs.path(name), "solver.evaluate": "True"], to: "evaluate.yaml")
      let found = try sluice("train", "bike", "--config", measured, "--threads", "1")
      #expect(found.status == 0 && found.output.contains("top-1"), "\(found.output)\(found.errors)")
      let tuned = try runs.writeExperiment(["pretrain": runs.path(name)], to: "tune.yaml")
      let second = try sluice(
        "train", "bike", "--config", tuned, "--steps", "1", "--threads", "1", "--out", runs.path("tuned"))
      #expect(second.status == 0, "\(second.errors)")
    }
  }

  @Test func aConfigurationThatCannotBeIsRefused() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      func refusal(_ changes: [String: String], _ system: String = "bike") throws -> String {
        let file = try runs.writeExperiment(changes, to: "wrong.yaml")
        let run = try sluice("train", system, "--config", file, "--threads", "1", "--out", runs.path("none"))
        #expect(run.status == 1)
        #expect(!FileManager.default.fileExists(atPath: runs.path("none")))
        return run.errors
      }
      #expect(try refusal(["solver.loss_type": "CE"]).contains("solver.loss_type is “CE”; wanted: NCE or DS."))
      #expect(try refusal(["data.modality": "Flow"]).contains("data.modality is “Flow”; wanted: RGB or video."))
      #expect(try refusal(["network.sim_header": ""]).contains("network.sim_header is empty; wanted: Transf or None."))
      #expect(try refusal(["data.num_segmentz": "4"]).contains("Did you mean data.num_segments?"))
      #expect(try refusal(["data.input_size": "48"]).contains("has positions for 2×2 patches"))
      #expect(try refusal(["network.arch": "ViT-B/32", "data.train_list": runs.list]).contains("no towers"))
      #expect(try refusal([:], "maskfeat").contains("maskfeat has no use for it"))
      #expect(try refusal(["data.shot": "2"]).contains("2 of each class are wanted"))
      let lists = try String(contentsOfFile: runs.list, encoding: .utf8)
      try (lists + "\(folder)/v0.mp4 8 0\n").write(toFile: runs.path("mixed.txt"), atomically: true, encoding: .utf8)
      #expect(try refusal(["data.train_list": runs.path("mixed.txt")]).contains("mixed.txt:6: 3 fields"))
      try (lists + "\(folder)/v0.mp4 99\n").write(toFile: runs.path("beyond.txt"), atomically: true, encoding: .utf8)
      #expect(try refusal(["data.train_list": runs.path("beyond.txt")]).contains("label 99 is outside the 8 classes"))
    }
  }

  @Test func bothBranchesAreTrainedAndFusedWhereverTheyWereEnded() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let file = try runs.writeExperiment()
      let common = ["train", "bike", "--config", file, "--co-train", "--checkpoint-every", "1", "--threads", "1"]
      let whole = try SluiceProgram.run(common + ["--out", runs.path("whole")])
      try #require(whole.status == 0, "\(whole.errors)")
      #expect(whole.output.contains("fused: top-1"), "\(whole.output)")
      let expected = try ["video", "attributes"].map { try runs.lines("whole/" + $0).map(\.metrics) }
      let stored = try StoredConfiguration(of: RunDirectory(path: runs.path("whole/attributes"))).request.settings
      #expect(stored["recipe.phrases"] == "2" && stored["recipe.frameCount"] == nil)
      let fused = try Data(contentsOf: URL(filePath: runs.path("whole/fusion.json")))
      for part in ["video", "attributes"] {
        let out = runs.path("killed-" + part)
        let killed = try SluiceProgram.run(common + ["--out", out]) { process in
          // Once a step of the part is in its log.
          while process.isRunning, (try? MetricsLog.lines(at: "\(out)/\(part)/metrics.jsonl").count) ?? 0 < 1 {
            usleep(2_000)
          }
          kill(process.processIdentifier, SIGKILL)
        }
        let resumed = try sluice("train", "bike", "--co-train", "--resume", "--out", out, "--threads", "1")
        #expect(resumed.status == 0, "\(killed.errors)\(resumed.errors)")
        let found = try ["video", "attributes"].map { try runs.lines("killed-\(part)/" + $0).map(\.metrics) }
        #expect(found == expected, "\(part)")
        #expect(try Data(contentsOf: URL(filePath: out + "/fusion.json")) == fused, "\(part)")
      }
      let again = try SluiceProgram.run(common + ["--out", runs.path("whole")])
      #expect(again.status == 1 && again.errors.contains("holds a co-training already"), "\(again.errors)")
    }
  }

  @Test func attributesAreMadeOfALexicon() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let lexicon = runs.path("words.txt")
      try "moving left\nmoving right\n\na square over a texture\n".write(
        toFile: lexicon, atomically: true, encoding: .utf8)
      let out = runs.path("made.json")
      let made = try sluice(
        "attributes", runs.list, "--lexicon", lexicon, "--clip", runs.clip, "--top", "2", "--frames", "4", "--template",
        "a video of {}", "--threads", "1", "--out", out)
      try #require(made.status == 0, "\(made.errors)")
      #expect(made.output.contains("2 phrases of 3 for each of 5 videos"), "\(made.output)")
      let text = try String(contentsOfFile: out, encoding: .utf8)
      for number in 0..<5 { #expect(text.contains("\"\(folder)/v\(number).mp4\"")) }
      let record = try String(contentsOfFile: runs.path("made.origin.json"), encoding: .utf8)
      #expect(record.contains("a video of {}") && record.contains("\"lexiconPhrases\" : 3"), "\(record)")
      let again = try sluice(
        "attributes", runs.list, "--lexicon", lexicon, "--clip", runs.clip, "--merges", runs.clip + "/merges.txt.gz",
        "--top", "2", "--frames", "4", "--template", "a video of {}", "--threads", "2", "--out", runs.path("again.json")
      )
      #expect(again.status == 0, "\(again.errors)")
      #expect(try String(contentsOfFile: runs.path("again.json"), encoding: .utf8) == text)
      let trained = try runs.train("bike-attributes", "--steps", "1", "--attributes", out)
      #expect(trained.status == 0, "\(trained.errors)")
      // Of a configuration without files of attributes they are made on the way.
      let file = try runs.writeExperiment([
        "data.attributes_train_path": runs.path("later/train.json"), "data.attributes_val_path": "",
        "solver.epochs": "1",
      ])
      try FileManager.default.createDirectory(atPath: runs.path("later"), withIntermediateDirectories: true)
      let both = try sluice(
        "train", "bike", "--config", file, "--co-train", "--lexicon", lexicon, "--threads", "1", "--out",
        runs.path("both"))
      #expect(both.status == 0, "\(both.errors)")
      #expect(FileManager.default.fileExists(atPath: runs.path("later/train.json")))
      #expect(FileManager.default.fileExists(atPath: runs.path("both/val-attributes.json")))
      let lacking = try sluice(
        "train", "bike", "--config", file, "--co-train", "--threads", "1", "--out", runs.path("lacking"))
      #expect(lacking.status == 1 && lacking.errors.contains("there are no --val-attributes"), "\(lacking.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("lacking")))
    }
  }

  /// Lists are read as by every command.
  @Test func attributesAreMadeOfAsMuchOfAListAsIsAskedFor() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      try "moving left\nmoving right\n".write(toFile: runs.path("words.txt"), atomically: true, encoding: .utf8)
      try "v0.mp4 0\nv1.mp4 1\nv2.mp4 2\n".write(toFile: runs.path("some.txt"), atomically: true, encoding: .utf8)
      try "v0\nv2\n".write(toFile: runs.path("wanted.txt"), atomically: true, encoding: .utf8)
      let common = [
        "attributes", runs.path("some.txt"), "--lexicon", runs.path("words.txt"), "--clip", runs.clip, "--frames", "2",
        "--threads", "1", "--out", runs.path("made.json"), "--root", folder,
      ]
      let made = try SluiceProgram.run(
        common + ["--format", "bike", "--only", runs.path("wanted.txt")])
      #expect(made.status == 0 && made.output.contains("for each of 2 videos"), "\(made.output)\(made.errors)")
      let text = try String(contentsOfFile: runs.path("made.json"), encoding: .utf8)
      // As the list has them.
      #expect(text.contains("\"v0.mp4\"") && text.contains("\"v2.mp4\"") && !text.contains("v1.mp4"), "\(text)")
      let named = try SluiceProgram.run(common + ["--image-template", "img_{:05d}.jpg"])
      #expect(named.status == 1 && named.errors.contains("names the images of folders"), "\(named.errors)")
      let templated = try SluiceProgram.run(common + ["--path-template", "{videoid}.mp4"])
      #expect(templated.status == 1 && templated.errors.contains("--path-template"), "\(templated.errors)")
    }
  }

  @Test func graphsAndProfilesTakeTheSameOptions() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let options =
        [
          "--data", runs.list, "--classes", runs.classes, "--clip", runs.clip, "--merges", runs.clip + "/merges.txt.gz",
          "--attributes", runs.attributes, "--val", runs.list, "--val-attributes", runs.attributes,
        ] + BIKERuns.small("bike-attributes")
      let graph = try SluiceProgram.run(["graph", "bike-attributes", "--dry-run"] + options)
      #expect(graph.status == 0 && graph.output.contains("SentenceBatch"), "\(graph.output)\(graph.errors)")
      let profile = try SluiceProgram.run(["profile", "bike-attributes", "--steps", "2", "--threads", "1"] + options)
      #expect(profile.status == 0, "\(profile.errors)")
      let file = try runs.writeExperiment()
      let drawn = try sluice("graph", "bike", "--config", file, "--settings")
      #expect(
        drawn.status == 0 && drawn.output.contains("recipe.learningRate=0.0005"), "\(drawn.output)\(drawn.errors)")
      // Nothing is read: the published towers are drawn.
      let published = try sluice("graph", "bike", "--dry-run")
      #expect(published.status == 0 && published.output.contains("parameters     170231041"), "\(published.output)")
    }
  }

  @Test(arguments: [
    ("moving left\nmoving right\nmoving left\n", "words.txt:3: “moving left” stands on line 1 already"),
    ("\n \n", "words.txt: the lexicon has no phrase"),
  ])
  func aLexiconThatCannotBeIsRefused(text: String, reason: String) throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      try text.write(toFile: runs.path("words.txt"), atomically: true, encoding: .utf8)
      let run = try sluice(
        "attributes", runs.list, "--lexicon", runs.path("words.txt"), "--clip", runs.clip, "--out",
        runs.path("made.json"))
      #expect(run.status == 1 && run.errors.contains(reason), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("made.json")))
    }
  }
}
