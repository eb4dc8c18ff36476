import Foundation
import SluiceCheckpoints
import SluiceTraining
import TestSupport
import Testing

/// SimVTP from the command line: pre-training on videos with captions, fine-tuning, retrieval.
@Suite struct SimVTPCommandTests {
  private static let losses = ["loss_video", "loss_text", "loss_vtc", "loss_vtm"]

  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  @Test func aVideoMAEBecomesAPreTrainedNetworkThenTwoTowersThenARetrieval() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      let video = try runs.train("videomae", "--steps", "1")
      try #require(video.status == 0, "\(video.errors)")
      let pretrained = try runs.train(
        "simvtp", "--vocab", runs.vocabulary, "--from", runs.path("videomae"), "--epochs", "2")
      try #require(pretrained.status == 0, "\(pretrained.errors)")
      #expect(pretrained.errors.contains("missing, stay as they began: text_embeddings."), "\(pretrained.errors)")
      let logged = try runs.lines("simvtp")
      #expect(logged.count == 5)
      for line in logged {
        let terms = try Self.losses.map { try #require(line.metrics[$0]) }
        #expect(abs(terms.reduce(0, +) - line.loss) < 1e-4 * line.loss && terms.allSatisfy(\.isFinite))
      }
      // The run has the words; where they came from does not matter any more.
      try FileManager.default.removeItem(atPath: runs.vocabulary)
      let tuned = try runs.train(
        "simvtp-finetune", "--from", runs.path("simvtp"), "--val", runs.list, "--epochs", "1")
      try #require(tuned.status == 0, "\(tuned.errors)")
      #expect(try runs.lines("simvtp-finetune").last?.metrics.keys.contains("val_t2v_r1") == true)
      let found = try sluice(
        "eval", "simvtp-finetune", "--from", runs.path("simvtp-finetune"), "--data", runs.list, "--threads", "1")
      #expect(found.status == 0 && found.output.contains("text to video  R@1"), "\(found.output)\(found.errors)")
      #expect(found.output.contains("video to text  R@1"))
      // Its file alone does not know the words.
      let file = runs.path("towers.safetensors")
      let step = try #require(
        try CheckpointFolder(runs.path("simvtp-finetune") + "/checkpoints").survey().complete.last)
      try FileManager.default.copyItem(atPath: step.path + "/parameters.safetensors", toPath: file)
      let arguments =
        ["eval", "simvtp-finetune", "--from", file, "--data", runs.list, "--threads", "1"]
        + SimVTPRuns.small("simvtp-finetune")
      let unknown = try SluiceProgram.run(arguments)
      #expect(unknown.status == 1 && unknown.errors.contains("no vocabulary: name the words of captions by --vocab."))
      let named = try SluiceProgram.run(arguments + ["--vocab", runs.path("simvtp") + "/vocab.txt"])
      #expect(named.status == 0 && named.output == found.output, "\(named.output)\(named.errors)")
    }
  }

  @Test(arguments: ["simvtp", "simvtp-finetune"]) func aKilledRunGoesOnBitForBit(system: String) throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      var options = ["--vocab", runs.vocabulary, "--epochs", "4", "--checkpoint-every", "1"]
      if system == "simvtp-finetune" { options += ["--val", runs.list, "--val-every", "2"] }
      let common = runs.arguments(system, options)
      let whole = try SluiceProgram.run(common + ["--out", runs.path("whole")])
      try #require(whole.status == 0, "\(whole.errors)")
      let expected = try runs.lines("whole").map(\.metrics)
      #expect(expected.count == 10)
      for workers in [1, 3] {
        let out = runs.path("killed-\(workers)")
        let killed = try SluiceProgram.train(common, out: out, interruptedAfter: 4, by: SIGKILL)
        #expect(killed.status == SIGKILL, "\(killed.errors)")
        let resumed = try sluice(
          "train", system, "--resume", "--out", out, "--set", "decode.workers=\(workers)", "--set",
          "words.workers=\(workers)", "--set", "collate.workers=\(workers)", "--threads", "2")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try runs.lines("killed-\(workers)").map(\.metrics) == expected, "\(workers) workers")
      }
    }
  }

  @Test func aRunKeepsItsVocabularyAndRefusesAnotherOne() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      let first = try runs.train("simvtp", "--vocab", runs.vocabulary, "--steps", "1")
      try #require(first.status == 0, "\(first.errors)")
      let kept = try String(contentsOfFile: runs.path("simvtp") + "/vocab.txt", encoding: .utf8)
      #expect(try kept == String(contentsOfFile: runs.vocabulary, encoding: .utf8))
      let other = try runs.otherVocabulary()
      let refusal = "is another vocabulary than the one that the weights were trained with: token "
      let resumed = try sluice(
        "train", "simvtp", "--resume", "--out", runs.path("simvtp"), "--vocab", other, "--steps", "2")
      #expect(resumed.status == 1 && resumed.errors.contains(refusal), "\(resumed.errors)")
      #expect(resumed.errors.contains("“white”") && resumed.errors.contains("“red”"), "\(resumed.errors)")
      let tuned = try runs.train("simvtp-finetune", "--from", runs.path("simvtp"), "--vocab", other, "--steps", "1")
      #expect(tuned.status == 1 && tuned.errors.contains(refusal), "\(tuned.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("simvtp-finetune")))
      // Of a checkpoint that lies elsewhere only the identity of the words is known.
      let moved = runs.path("moved")
      try FileManager.default.copyItem(atPath: runs.path("simvtp") + "/checkpoints/step-000001", toPath: moved)
      let wrong = try runs.train("simvtp-finetune", "--from", moved, "--vocab", other, "--steps", "1")
      #expect(wrong.status == 1 && wrong.errors.contains("was trained with a vocabulary of "), "\(wrong.errors)")
      let right = try runs.train("simvtp-finetune", "--from", moved, "--vocab", runs.vocabulary, "--steps", "1")
      #expect(right.status == 0, "\(right.errors)")
      // The list of words that the run was started with may be gone, or be another one now.
      try "nothing".write(toFile: runs.vocabulary, atomically: true, encoding: .utf8)
      let longer = try sluice(
        "train", "simvtp", "--resume", "--out", runs.path("simvtp"), "--steps", "2", "--allow-change")
      #expect(longer.status == 0, "\(longer.errors)")
      let anew = try runs.train("simvtp", "--vocab", other, "--steps", "1", "--overwrite")
      #expect(anew.status == 0, "\(anew.errors)")
      #expect(try String(contentsOfFile: runs.path("simvtp") + "/vocab.txt", encoding: .utf8).contains("white"))
    }
  }

  @Test func videosAndTextsBeginWithFilesOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      let video = try runs.train("videomae", "--steps", "1")
      try #require(video.status == 0, "\(video.errors)")
      let (mae, bert) = (runs.path("videomae"), try runs.writeEmbeddings(to: "bert.safetensors"))
      let both = try runs.train("simvtp", "--vocab", runs.vocabulary, "--from", mae, "--from", bert, "--steps", "1")
      try #require(both.status == 0, "\(both.errors)")
      #expect(both.errors.contains("layout bert"), "\(both.errors)")
      #expect(both.errors.matches(of: /missing, stay as they began: text_cls.weight/).count == 2, "\(both.errors)")
      // Nothing is left but to go on, wherever the files are.
      let resumed = try sluice(
        "train", "simvtp", "--resume", "--out", runs.path("simvtp"), "--steps", "2", "--allow-change")
      #expect(resumed.status == 0, "\(resumed.errors)")
      let stored = try StoredConfiguration(of: RunDirectory(path: runs.path("simvtp"))).request
      #expect(stored.from == mae && stored.alsoFrom == bert)
      let twice = try runs.train("simvtp", "--vocab", runs.vocabulary, "--from", mae, "--from", mae, out: "none")
      #expect(
        twice.status == 1 && twice.errors.contains(" both have ")
          && twice.errors.contains("Give --from twice for files of different parts of the network only."),
        "\(twice.errors)")
      let thrice = try runs.train("simvtp", "--from", mae, "--from", bert, "--from", mae, out: "none")
      #expect(thrice.status == 64 && thrice.errors.contains("two files of weights are the most there can be"))
      let single = try runs.train("videomae", "--from", mae, "--from", bert, out: "none")
      #expect(
        single.status == 1 && single.errors.contains("videomae begins with one file of weights. Give --from once."),
        "\(single.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("none")))
    }
  }

  @Test func lossesAreChosenAndTextsHaveOneWidthIfThatIsAsked() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      func terms(_ options: String...) throws -> Set<String> {
        let run = try SluiceProgram.run(
          runs.arguments("simvtp", ["--vocab", runs.vocabulary, "--steps", "1", "--overwrite"] + options)
            + ["--out", runs.path("run")])
        try #require(run.status == 0, "\(run.errors)")
        return Set(try runs.lines("run")[0].metrics.keys.filter { $0.hasPrefix("loss_") })
      }
      #expect(try terms() == Set(Self.losses))
      #expect(try terms("--set", "recipe.losses=video,text") == ["loss_video", "loss_text"])
      #expect(
        try terms("--set", "recipe.losses=vtc vtm", "--set", "recipe.vtmNegatives=hard") == ["loss_vtc", "loss_vtm"])
      #expect(
        try terms("--set", "recipe.textPadding=fixed", "--set", "recipe.maxTextLength=24") == Set(Self.losses))
      // One loss alone is the loss, and this one needs no other pair.
      #expect(try terms("--set", "recipe.losses=text", "--set", "batch.size=1") == [])
      let gathered = try terms(
        "--set", "batch.size=4", "--set", "recipe.deviceBatch=2", "--set", "recipe.vtcGather=global")
      #expect(gathered == Set(Self.losses))
    }
  }

  @Test func shardsGiveWhatFilesGive() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      let shards = try sluice("preprocess", runs.list, "--out", runs.path("shards"))
      try #require(shards.status == 0, "\(shards.errors)")
      for system in ["simvtp", "simvtp-finetune"] {
        let files = try runs.train(system, "--vocab", runs.vocabulary, "--steps", "3", out: system + "-files")
        try #require(files.status == 0, "\(files.errors)")
        let stored = try SluiceProgram.run(
          ["train", system, "--data", runs.path("shards"), "--seed", "4", "--threads", "1", "--vocab", runs.vocabulary]
            + SimVTPRuns.small(system) + ["--steps", "3", "--out", runs.path(system + "-shards")])
        try #require(stored.status == 0, "\(stored.errors)")
        #expect(try runs.lines(system + "-shards").map(\.metrics) == runs.lines(system + "-files").map(\.metrics))
      }
      let profile = try SluiceProgram.run(
        ["profile", "simvtp", "--data", runs.path("shards"), "--vocab", runs.vocabulary, "--steps", "3", "--ops"]
          + SimVTPRuns.small("simvtp"))
      #expect(profile.status == 0 && profile.output.contains("wordMask"), "\(profile.output)\(profile.errors)")
    }
  }

  @Test func aShareOfThePairsIsTheSameEachTime() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder, videos: 4)
      func losses(_ out: String, _ options: String...) throws -> [Double] {
        let run = try SluiceProgram.run(
          runs.arguments("simvtp", ["--vocab", runs.vocabulary, "--epochs", "2"] + options)
            + ["--out", runs.path(out)])
        try #require(run.status == 0, "\(run.errors)")
        return try runs.lines(out).map(\.loss)
      }
      let half = try losses("half", "--set", "recipe.share=0.5")
      #expect(half.count == 2)
      #expect(try losses("again", "--set", "recipe.share=0.5") == half)
      #expect(try losses("whole").count == 4)
      let other = try sluice(
        "train", "simvtp", "--resume", "--out", runs.path("half"), "--set", "recipe.share=1", "--epochs", "3")
      #expect(other.status == 1 && other.errors.contains("recipe.share: 0.5 → 1.0"), "\(other.errors)")
    }
  }

  @Test func graphsAndDryRunsNeedNoData() throws {
    try withTemporaryFolder { folder in
      for (system, count) in [("simvtp", 141_521_084), ("simvtp-finetune", 220_128_768)] {
        let published = try sluice("train", system, "--dry-run", "--set", "model.preset=base")
        #expect(published.status == 0 && published.output.contains("parameters     \(count)"), "\(published.output)")
      }
      let runs = try SimVTPRuns(in: folder)
      let graph = try sluice("graph", "simvtp", "--data", runs.list, "--vocab", runs.vocabulary)
      #expect(graph.status == 0 && graph.output.contains("wordMask"), "\(graph.output)\(graph.errors)")
      #expect(graph.output.contains("VideoTextBatch") && graph.output.contains("tubeMask"), "\(graph.output)")
      let step = try runs.train("simvtp", "--vocab", runs.vocabulary, "--dry-run")
      #expect(step.status == 0 && step.output.contains("one step       "), "\(step.output)\(step.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("simvtp")))
    }
  }

  @Test func whatIsPredictedIsShownAndStandsInTheReport() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      let first = try runs.train("simvtp", "--vocab", runs.vocabulary, "--steps", "1")
      try #require(first.status == 0, "\(first.errors)")
      let page = try HTMLPage(contentsOf: runs.path("simvtp") + "/report.html").text
      #expect(page.contains("[CLS]") && !page.contains("No sample can be shown"))
      let clip = folder + "/clip 1.mp4"
      let words = try sluice(
        "show", "words", clip, "--caption", "a red disc moves left", "--from", runs.path("simvtp"), "--out",
        runs.path("images"))
      #expect(words.status == 0 && words.output.contains("a red disc moves left"), "\(words.errors)")
      let pixels = try sluice(
        "show", "pixels", clip, "--from", runs.path("simvtp"), "--out", runs.path("images"))
      #expect(pixels.status == 0, "\(pixels.errors)")
      let ofWords = try runs.train(
        "simvtp", "--vocab", runs.vocabulary, "--steps", "1", "--set", "recipe.losses=text", out: "words")
      try #require(ofWords.status == 0, "\(ofWords.errors)")
      let none = try sluice("show", "pixels", clip, "--from", runs.path("words"), "--out", runs.path("images"))
      #expect(
        none.status == 1
          && none.errors.contains(
            "the run was trained without the loss of pixels, so there are none to show. Name a run whose recipe.losses have "
              + "video."),
        "\(none.errors)")
    }
  }
}
