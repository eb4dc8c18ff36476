import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// BEVT's pre-training from the command line: both streams, images alone, clips alone, and on to fine-tuning.
@Suite struct BEVTCommandTests {
  /// A tokenizer, images and five videos.
  private func prepare(_ folder: String) throws -> (list: String, images: String, tokenizer: String) {
    let made = try sluice("weights", "make", "dvae", "--out", folder + "/dvae", "--size", "small", "--seed", "3")
    try #require(made.status == 0, "\(made.errors)")
    let share = try #require(made.output.firstMatch(of: /word is ([0-9.]+) % of all/)).output.1
    #expect(try #require(Double(share)) < 10)
    let images = try sluice("synth", folder + "/images", "--images", "12", "--seed", "1")
    try #require(images.status == 0, "\(images.errors)")
    return (try SampleVideos.write(5, to: folder), folder + "/images", folder + "/dvae")
  }

  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  private static let small = ["--set", "batch.size=2", "--set", "model.dimension=8", "--seed", "4", "--threads", "1"]

  private func lines(_ run: String) throws -> [MetricsLog.Line] { try MetricsLog.lines(at: run + "/metrics.jsonl") }

  @Test func imagesThenBothStreamsThenClassesRunEndToEnd() throws {
    try withTemporaryFolder { folder in
      let (list, images, tokenizer) = try prepare(folder)
      let image = try SluiceProgram.run(
        ["train", "bevt-image", "--data", images, "--tokenizer", tokenizer, "--steps", "3", "--out", folder + "/image"]
          + Self.small)
      #expect(image.status == 0 && image.output.contains("finished step 3"), "\(image.errors)")
      #expect(try lines(folder + "/image").allSatisfy { $0.metrics.keys.contains("mask_acc_2d") })

      let both = try SluiceProgram.run(
        [
          "train", "bevt", "--data", list, "--images", images, "--tokenizer", tokenizer + "/encoder.safetensors",
          "--from", folder + "/image", "--epochs", "2", "--set", "recipe.imageCount=3", "--out", folder + "/both",
        ] + Self.small)
      #expect(both.status == 0 && both.errors.contains("layout swin-images"), "\(both.errors)")
      let logged = try lines(folder + "/both")
      // The clips decide: five of them twice, in batches of two that go on over the end of an epoch.
      #expect(logged.count == 5)
      for line in logged {
        let sum = try #require(line.metrics["loss_3d"]) + (try #require(line.metrics["loss_2d"]))
        #expect(abs(sum - line.loss) < 1e-4)
        for name in ["mask_acc_3d", "mask_acc_2d"] { #expect((0...1).contains(try #require(line.metrics[name]))) }
      }

      let tuned = try SluiceProgram.run(
        [
          "train", "bevt-finetune", "--data", list, "--from", folder + "/both", "--steps", "1", "--out",
          folder + "/tuned",
        ]
          + Self.small)
      #expect(tuned.status == 0 && tuned.output.contains("finished step 1"), "\(tuned.errors)")
      let ofImages = try SluiceProgram.run(
        [
          "train", "bevt-finetune", "--data", list, "--from", folder + "/image", "--steps", "1", "--out",
          folder + "/t2",
        ]
          + Self.small)
      #expect(ofImages.status == 0 && ofImages.errors.contains("layout swin-images"), "\(ofImages.errors)")
    }
  }

  @Test func aKilledRunOfBothStreamsGoesOnBitForBit() throws {
    try withTemporaryFolder { folder in
      let (list, images, tokenizer) = try prepare(folder)
      let common =
        [
          "train", "bevt", "--data", list, "--images", images, "--tokenizer", tokenizer, "--epochs", "4", "--set",
          "recipe.imageCount=5", "--checkpoint-every", "1",
        ] + Self.small
      let whole = try SluiceProgram.run(common + ["--out", folder + "/whole"])
      try #require(whole.status == 0, "\(whole.errors)")
      let expected = try lines(folder + "/whole").map(\.metrics)
      for workers in [1, 3] {
        let out = "\(folder)/killed-\(workers)"
        // In the middle of an epoch of the clips and of another one of the images.
        let killed = try SluiceProgram.train(common, out: out, interruptedAfter: 5, by: SIGKILL)
        #expect(killed.status == SIGKILL, "\(killed.errors)")
        let resumed = try sluice(
          "train", "bevt", "--resume", "--out", out, "--set", "decode.workers=\(workers)", "--threads", "2")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try lines(out).map(\.metrics) == expected, "\(workers) workers")
      }

      let made = try sluice("weights", "make", "dvae", "--out", folder + "/other", "--seed", "9")
      #expect(made.status == 0)
      let other = try sluice(
        "train", "bevt", "--resume", "--out", folder + "/killed-1", "--tokenizer", folder + "/other", "--epochs", "5")
      #expect(
        other.status == 1 && other.errors.contains("changed: run.tokenizer: dVAE of 512 words"), "\(other.errors)")
    }
  }

  @Test(arguments: ["maskfeat", "videomae"]) func otherNetworksPredictTokensToo(system: String) throws {
    try withTemporaryFolder { folder in
      let (list, _, tokenizer) = try prepare(folder)
      let run = try sluice(
        "train", system, "--data", list, "--target", "tokens", "--tokenizer", tokenizer, "--steps", "8", "--set",
        "batch.size=5", "--set", "optimize.peak=1e-2", "--set", "recipe.course=constant", "--out", folder + "/run")
      #expect(run.status == 0, "\(run.errors)")
      let logged = try lines(folder + "/run")
      #expect(logged.allSatisfy { (0...1).contains($0.metrics["mask_acc"] ?? -1) })
      // From guessing among 512 words to something better.
      #expect(abs(logged[0].loss - log(512.0)) < 1.5 && logged[7].loss < logged[0].loss, "\(logged.map(\.loss))")
    }
  }

  /// The README's table: every target with every network, each a few steps.
  @Test(arguments: ["maskfeat", "videomae", "bevt", "bevt-image"], TargetKind.allCases)
  func everyNetworkPredictsEveryTarget(system: String, target: TargetKind) throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let isSwin = system.hasPrefix("bevt")
      var arguments = ["train", system, "--data", list, "--target", target.rawValue, "--steps", "2", "--seed", "2"]
      if target == .tokens {
        _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
        arguments += ["--tokenizer", folder + "/dvae"]
      }
      if system == "bevt" { arguments += ["--images", list, "--set", "recipe.imageCount=2"] }
      if isSwin { arguments += ["--set", "model.dimension=8"] }
      let run = try SluiceProgram.run(
        arguments + ["--set", "batch.size=2", "--threads", "1", "--out", folder + "/run"])
      #expect(run.status == 0 && run.output.contains("finished step 2"), "\(run.errors)")
      let logged = try lines(folder + "/run")
      #expect(logged.count == 2 && logged.allSatisfy { $0.loss.isFinite && $0.loss > 0 })
      let names = Set(logged[0].metrics.keys)
      #expect(names.contains("loss_3d") == (system == "bevt"))
      #expect(names.contains { $0.hasPrefix("mask_acc") } == (target == .tokens))
      let table = try String(contentsOf: Golden.packageRoot.appending(path: "README.md"), encoding: .utf8)
      let row = try #require(table.split(separator: "\n").first { $0.hasPrefix("| `\(target.rawValue)`") })
      #expect(!row.contains("| no"), "\(row)")
    }
  }

  @Test func whatIsPredictedInPlaceOfTokensIsRememberedAndTuned() throws {
    try withTemporaryFolder { folder in
      let (list, images, tokenizer) = try prepare(folder)
      let pixels = try SluiceProgram.run(
        [
          "train", "bevt", "--data", list, "--images", images, "--target", "pixels", "--epochs", "1", "--set",
          "recipe.imageCount=2", "--checkpoint-every", "1", "--out", folder + "/pixels",
        ] + Self.small)
      try #require(pixels.status == 0, "\(pixels.errors)")
      for line in try lines(folder + "/pixels") {
        let sum = try #require(line.metrics["loss_3d"]) + (try #require(line.metrics["loss_2d"]))
        #expect(abs(sum - line.loss) < 1e-4)
      }
      let other = try sluice(
        "train", "bevt", "--resume", "--out", folder + "/pixels", "--target", "hog", "--epochs", "2")
      #expect(other.status == 1 && other.errors.contains("recipe.target: pixels → hog"), "\(other.errors)")
      let longer = try sluice(
        "train", "bevt", "--resume", "--out", folder + "/pixels", "--epochs", "2", "--allow-change")
      #expect(longer.status == 0, "\(longer.errors)")
      // Another head, the same network.
      let words = try SluiceProgram.run(
        [
          "train", "bevt", "--data", list, "--tokenizer", tokenizer, "--from", folder + "/pixels", "--steps", "1",
          "--out", folder + "/words",
        ] + Self.small)
      #expect(words.status == 0 && words.errors.contains("cls_head.lm_head.weight"), "\(words.errors)")
      let tuned = try SluiceProgram.run(
        [
          "train", "bevt-finetune", "--data", list, "--from", folder + "/pixels", "--steps", "1", "--out",
          folder + "/tuned",
        ] + Self.small)
      #expect(tuned.status == 0, "\(tuned.errors)")
    }
  }

  @Test func graphsAndProfilesShowBothStreams() throws {
    try withTemporaryFolder { folder in
      let (list, images, tokenizer) = try prepare(folder)
      let inputs = ["bevt", "--data", list, "--images", images, "--tokenizer", tokenizer]
      let graph = try SluiceProgram.run(["graph"] + inputs)
      #expect(graph.status == 0 && graph.output.contains("zip"), "\(graph.output)\(graph.errors)")
      #expect(graph.output.matches(of: /tokenTarget/).count == 2 && graph.output.contains("stillFrame"))
      let profile = try SluiceProgram.run(["profile"] + inputs + ["--steps", "3"] + Self.small)
      #expect(profile.status == 0 && profile.output.contains("tokenTarget2"), "\(profile.output)\(profile.errors)")
    }
  }

  @Test func parametersAreCountedWithoutDataAndTheTokenizerApart() throws {
    try withTemporaryFolder { folder in
      for command in [["graph", "bevt", "--dry-run"], ["train", "bevt", "--dry-run"]] {
        let published = try SluiceProgram.run(command + ["--set", "model.preset=base"])
        #expect(published.status == 0, "\(published.errors)")
        #expect(published.output.contains("parameters     109679048\nin tensors     344"), "\(published.output)")
        #expect(!published.output.contains("not trained"))
      }
      let (list, images, tokenizer) = try prepare(folder)
      let weights = try SafetensorsFile(path: tokenizer + "/encoder.safetensors")
      let count = weights.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
      let arguments = ["bevt", "--dry-run", "--data", list, "--images", images, "--tokenizer", tokenizer] + Self.small
      let graph = try SluiceProgram.run(["graph"] + arguments)
      #expect(graph.output.contains("tokenizer      \(count), not trained"), "\(graph.output)\(graph.errors)")
      #expect(graph.output.contains("zip"))
      let step = try SluiceProgram.run(
        ["train"] + arguments + ["--set", "optimize.accumulation=3", "--set", "recipe.imageCount=2"])
      #expect(step.status == 0 && step.output.contains("tokenizer      \(count), not trained"), "\(step.errors)")
      #expect(step.output.contains("one batch      ") && step.output.contains("; 3 make a step"), "\(step.output)")
      let none = try sluice("train", "bevt", "--dry-run")
      #expect(none.errors.contains("no data, so no step was taken: name a list file with --data"), "\(none.errors)")
    }
  }

  @Test func clipsAloneHaveTheirOwnLoss() throws {
    try withTemporaryFolder { folder in
      let (list, _, tokenizer) = try prepare(folder)
      let run = try SluiceProgram.run(
        ["train", "bevt", "--data", list, "--tokenizer", tokenizer, "--steps", "2", "--out", folder + "/run"]
          + Self.small)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try lines(folder + "/run").allSatisfy { !$0.metrics.keys.contains("mask_acc_2d") })
    }
  }

  @Test func everyWrongInputHasASentence() throws {
    try withTemporaryFolder { folder in
      let (list, images, tokenizer) = try prepare(folder)
      let encoder = tokenizer + "/encoder.safetensors"
      let cases: [([String], String)] = [
        (["bevt"], "no tokenizer: name the encoder's file or folder by --tokenizer."),
        (
          ["bevt", "--tokenizer", tokenizer + "/decoder.safetensors"],
          "is a decoder; the encoder is wanted. Name the other file."
        ),
        (
          ["bevt", "--tokenizer", images],
          "the folder has none of encoder.safetensors, encoder.pkl, encoder.pth, encoder.pt. Name the file of the encoder."
        ),
        (["vivit", "--tokenizer", encoder], "has no effect here: vivit has no use for it. Leave it out."),
        (
          ["maskfeat", "--tokenizer", encoder],
          "has no effect here: the target is hog. Leave it out, or take --target tokens."
        ),
        (
          ["bevt", "--tokenizer", encoder, "--target", "pixels"],
          "has no effect here: the target is pixels. Leave it out, or take --target tokens."
        ),
        (
          ["bevt", "--target", "hog", "--set", "model.depths=1 1", "--set", "model.headCounts=1 2"],
          "HOG has cells of 8 pixels, and tokens of 4 have no whole ones. Take patches of a multiple of 8, or --target pixels."
        ),
        (["videomae", "--target", "tokens"], "no tokenizer: name the encoder's file or folder by --tokenizer."),
        (
          ["videomae", "--target", "tokens", "--tokenizer", encoder, "--set", "model.patchSize=12"],
          "cells of 12 pixels are predicted, and the tokenizer's tokens have 8. Take patches of a multiple of 8."
        ),
        (
          ["bevt-image", "--tokenizer", encoder, "--images", images],
          "has no effect here: bevt-image has no use for it."
        ),
        (
          ["bevt", "--tokenizer", encoder, "--set", "recipe.jitter=0.1"],
          "it counts only with --images. Leave it out, or name the images."
        ),
        (
          ["bevt", "--tokenizer", encoder, "--set", "model.imageSize=72"],
          "model.imageSize=72: the decoder wants an even number of cells of 16 pixels on a side. Choose a multiple of 32."
        ),
      ]
      for (arguments, sentence) in cases {
        let run = try SluiceProgram.run(
          ["train"] + arguments + ["--data", list, "--steps", "1", "--out", folder + "/none"])
        #expect(run.status == 1 && run.errors.contains(sentence), "\(arguments): \(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
      }
      // A file of other weights.
      let trained = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--steps", "1", "--out", folder + "/mvit", "--set", "batch.size=1"])
      try #require(trained.status == 0, "\(trained.errors)")
      let wrong = try sluice(
        "train", "bevt", "--data", list, "--steps", "1", "--out", folder + "/none", "--tokenizer",
        folder + "/mvit/checkpoints/step-000001/parameters.safetensors")
      #expect(
        wrong.errors.contains("is no encoder of DALL-E's: it has no blocks.input.w. Name the file of the encoder."))
      // Images whose map windows do not divide.
      let odd = try SluiceProgram.run(
        [
          "train", "bevt-image", "--data", images, "--tokenizer", encoder, "--steps", "1", "--out", folder + "/none",
          "--set", "model.windowSide=3",
        ])
      #expect(odd.status == 1 && odd.errors.contains("wanted is a multiple of the window, 3×3"), "\(odd.errors)")
      let made = try sluice("weights", "make", "bert", "--out", folder + "/bert")
      #expect(
        made.status == 64 && made.errors.contains("no random weights are made of “bert”; there are dvae and clip."))
      let wordless = try sluice("weights", "make", "dvae", "--out", folder + "/none", "--merges", "merges.txt")
      #expect(
        wordless.status == 64
          && wordless.errors.contains("--merges merges.txt has no effect here: dvae reads no texts. Leave it out."))
      let mixed = try sluice("synth", folder + "/mixed", "--images", "2", "--train", "3")
      #expect(mixed.errors.contains("--images writes images and no videos. Leave --train and --val out."))
    }
  }
}
