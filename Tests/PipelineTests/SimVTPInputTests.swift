import Foundation
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// What SimVTP's systems are given and cannot use, and the odd things that they can.
@Suite struct SimVTPInputTests {
  @Test func everyWrongInputHasASentenceAndLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      func write(_ text: String, _ name: String) throws -> String {
        try text.write(toFile: runs.path(name), atomically: true, encoding: .utf8)
        return runs.path(name)
      }
      let unmarked = try write("[PAD]\n[UNK]\n[CLS]\n[SEP]\nred\n", "unmarked.txt")
      let latin = runs.path("latin.txt")
      try Data([0x5B, 0xE9, 0x5D, 0x0A]).write(to: URL(filePath: latin))
      let vocabulary = ["--vocab", runs.vocabulary]
      let cases: [(system: String, options: [String], sentence: String)] = [
        (
          "simvtp", [],
          "no vocabulary: name the words of captions by --vocab. 'sluice vocab LIST --out vocab.txt --size 400'"
        ),
        ("simvtp-finetune", [], "no vocabulary: name the words of captions by --vocab."),
        ("simvtp", ["--vocab", runs.path("none.txt")], "none.txt: "),
        ("simvtp", ["--vocab", unmarked], "has no [MASK] among its 5 tokens"),
        ("simvtp", ["--vocab", latin], "is no UTF-8 text"),
        (
          "simvtp", vocabulary + ["--set", "batch.size=1"],
          "batch.size=1: the loss vtc,vtm compares each pair with the others of its batch, and there are none. Take batches "
            + "of 2 or more."
        ),
        ("simvtp-finetune", vocabulary + ["--set", "batch.size=1"], "batch.size=1: the loss vtc compares each pair"),
        (
          "simvtp", vocabulary + ["--set", "batch.size=4", "--set", "recipe.deviceBatch=3"],
          "recipe.deviceBatch=3 does not divide batch.size=4 into groups of one size. Choose one that does."
        ),
        (
          "simvtp", vocabulary + ["--set", "recipe.vtcGather=global"],
          "has no effect here: it counts only where recipe.deviceBatch is set."
        ),
        (
          "simvtp", vocabulary + ["--set", "recipe.losses=video", "--set", "recipe.vtmNegatives=hard"],
          "has no effect here: it counts only where recipe.losses has vtm."
        ),
        (
          "simvtp", vocabulary + ["--set", "recipe.losses=sound"],
          "“sound” is none of video,text,vtc,vtm, nor some of them with commas between"
        ),
        ("simvtp", vocabulary + ["--set", "recipe.losses=text,text"], "“text,text” is none of video,text,vtc,vtm"),
        (
          "simvtp", vocabulary + ["--set", "recipe.maskRatio=1"],
          "recipe.maskRatio=1.0 hides 4 of the 4 positions of a frame; some must be hidden, and some be seen. Choose another "
            + "ratio."
        ),
        ("simvtp", vocabulary + ["--set", "recipe.maskRatio=0.1"], "recipe.maskRatio=0.1 hides 0 of the 4 positions"),
        (
          "simvtp", vocabulary + ["--set", "recipe.maxTextLength=600"],
          "recipe.maxTextLength=600: the network has positions for 512 words. Lower it, or raise model.textPositions."
        ),
        ("simvtp", vocabulary + ["--set", "recipe.share=0"], "0 is outside"),
        ("simvtp", vocabulary + ["--set", "tubeMask.ratio=0.5"], "tubeMask follows from the recipe; set that."),
        ("maskfeat", vocabulary, "has no effect here: maskfeat has no use for it. Leave it out."),
      ]
      for (system, options, sentence) in cases {
        let run = try SluiceProgram.run(
          runs.arguments(system, ["--steps", "1"] + options) + ["--out", runs.path("run")])
        #expect(run.status == 1 && run.errors.contains(sentence), "\(system) \(options): \(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: runs.path("run")), "\(system) \(options)")
      }
    }
  }

  @Test func listsWithoutCaptionsAreRefused() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder, videos: 2)
      for system in ["simvtp", "simvtp-finetune"] {
        let run = try SluiceProgram.run(
          ["train", system, "--data", folder + "/list.txt", "--vocab", runs.vocabulary, "--steps", "1", "--out"]
            + [runs.path("run")] + SimVTPRuns.small(system))
        #expect(run.status == 1 && run.errors.contains("list.txt:1: "), "\(run.errors)")
        #expect(run.errors.contains("caption") && !FileManager.default.fileExists(atPath: runs.path("run")))
      }
    }
  }

  @Test func oddCaptionsAreTrainedOn() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder, videos: 4)
      let endless = [String](repeating: "disc", count: 10_000).joined(separator: " ")
      let captions = ["", "zebra ☃ 7", endless, "a red disc"]
      let entries = captions.enumerated().map { "\"\(folder)/clip \($0).mp4\": \"\($1)\"" }
      try "{\(entries.joined(separator: ", "))}".write(
        toFile: runs.path("odd.json"), atomically: true, encoding: .utf8)
      for system in ["simvtp", "simvtp-finetune"] {
        let run = try SluiceProgram.run(
          [
            "train", system, "--data", runs.path("odd.json"), "--vocab", runs.vocabulary, "--epochs", "1", "--seed",
            "2", "--threads", "1", "--out", runs.path(system),
          ] + SimVTPRuns.small(system))
        #expect(run.status == 0 && run.output.contains("finished step 2"), "\(run.errors)")
        #expect(try runs.lines(system).allSatisfy { $0.loss.isFinite })
      }
    }
  }

  @Test func weightsOfAnotherNumberOfWordsOrAnotherWidthAreRefused() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      let first = try runs.train("simvtp", "--vocab", runs.vocabulary, "--steps", "1")
      try #require(first.status == 0, "\(first.errors)")
      let file = runs.path("weights.safetensors")
      try FileManager.default.copyItem(
        atPath: runs.path("simvtp") + "/checkpoints/step-000001/parameters.safetensors", toPath: file)
      let words = try String(contentsOfFile: runs.vocabulary, encoding: .utf8)
      try (words + "zebra\n").write(toFile: runs.path("more.txt"), atomically: true, encoding: .utf8)
      let count = words.split(separator: "\n").count
      for (system, options) in [("simvtp", [String]()), ("simvtp-finetune", [])] {
        let run = try SluiceProgram.run(
          runs.arguments(system, ["--from", file, "--vocab", runs.path("more.txt"), "--steps", "1"] + options)
            + ["--out", runs.path("run")])
        #expect(
          run.status == 1
            && run.errors.contains(
              "its table text_embeddings.word_embeddings.weight is of \(count) words, and \(runs.path("more.txt")) has "
                + "\(count + 1). Name the vocabulary that the weights were trained with by --vocab."),
          "\(run.errors)")
        let wide = try SluiceProgram.run(
          runs.arguments(system, ["--from", file, "--vocab", runs.vocabulary, "--steps", "1"])
            + ["--set", "model.dimension=32", "--out", runs.path("run")])
        #expect(wide.status == 1 && wide.errors.contains("the checkpoint has ["), "\(wide.errors)")
        #expect(!FileManager.default.fileExists(atPath: runs.path("run")))
      }
    }
  }

  /// What was published, in numbers.
  @Test func thePublishedRecipesAreWhatWasPublished() throws {
    let pretraining = try VideoTextConfiguration<SimVTPDeclaration>(["model.preset": "base"])
    #expect(pretraining.preset == .webvid)
    let values = pretraining.values
    for (name, value) in [
      "batch.size": "16", "optimize.accumulation": "64", "optimize.warmup": "40.0 epochs",
      "optimize.weightDecay": "0.05",
      "optimize.clip": "none", "recipe.flip": "0.0", "recipe.maskRatio": "0.9", "recipe.textRatio": "0.75",
      "recipe.losses": "video,text,vtc,vtm", "recipe.vtmNegatives": "random", "recipe.vtcGather": "local",
      "recipe.exactTextRatio": "false", "recipe.maxTextLength": "512", "recipe.textPadding": "dynamic",
      "recipe.captionSampling": "random", "denseFrames.stride": "4", "model.textDropout": "0.1",
      "model.decoderDepth": "4",
    ] { #expect(values[name] == value, "\(name): \(values[name] ?? "")") }
    #expect(pretraining.recipe.optimizer.epochs == 200 && pretraining.recipe.optimizer.secondBeta == 0.95)
    let tuning = try VideoTextConfiguration<SimVTPFineTuningDeclaration>(["model.preset": "base"])
    #expect(tuning.preset == .msrvtt && tuning.recipe.optimizer.epochs == 100)
    for (name, value) in [
      "batch.size": "8", "optimize.accumulation": "8", "optimize.warmup": "5.0 epochs", "optimize.layerDecay": "1.0",
      "recipe.colors": "increasing", "recipe.erasing": "0.25", "recipe.flip": "0.5", "model.dropPath": "0.1",
    ] { #expect(tuning.values[name] == value, "\(name): \(tuning.values[name] ?? "")") }
    // Rates for batches of 1024 and of 64.
    for (recipe, peak, minimum) in [(pretraining.recipe, 6e-4, 4e-5), (tuning.recipe, 7.5e-5, 2.5e-7)] {
      let schedule = recipe.optimizer.configuration.schedule
      #expect(abs(schedule.peak - peak) < 1e-12 && abs(schedule.minimum - minimum) < 1e-15)
    }
    // The published decay had no effect; asked for, it has one.
    #expect(tuning.recipe.optimizer.configuration.groups.layerDecay == nil)
    let decayed = try VideoTextConfiguration<SimVTPFineTuningDeclaration>(["optimize.layerDecay": "0.75"])
    #expect(decayed.recipe.optimizer.configuration.groups.layerDecay == 0.75)
  }

  /// Texts change their length from batch to batch; what they leave behind does not grow.
  @Test(.enabled(if: isLongTier)) func twoThousandStepsTakeNoMoreMemoryThanAFew() async throws {
    let folder = TemporaryFolder()
    let runs = try SimVTPRuns(in: folder.path)
    var request = RunRequest()
    (request.data, request.vocabulary, request.threads, request.seed) = ([runs.list], runs.vocabulary, 1, 3)
    request.steps = 2000
    let options = SimVTPRuns.small("simvtp").filter { $0 != "--set" }
    request.settings = Dictionary(
      uniqueKeysWithValues: options.map { option in
        let parts = option.split(separator: "=").map(String.init)
        return (parts[0], parts[1])
      })
    let prepared = try PreparedRun(SimVTPPretraining.self, request)
    var peaks: [Int] = []
    try await prepared.compute.run {
      try prepared.initialize()
      Tensor.resetPeakMemory()
      for try await report in prepared.pipeline.run(prepared.options) where report.step % 500 == 0 {
        peaks.append(Tensor.memory.peakByteCount)
        Tensor.resetPeakMemory()
      }
    }
    #expect(peaks.count == 4)
    for peak in peaks { #expect(Double(peak) < 1.1 * Double(peaks[0]), "\(peaks)") }
  }
}
