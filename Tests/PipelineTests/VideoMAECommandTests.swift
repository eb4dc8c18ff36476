import Foundation
import SluiceCheckpoints
import SluiceTraining
import TestSupport
import Testing

/// VideoMAE's commands as a user gives them.
@Suite struct VideoMAECommandTests {
  private static let small = [
    "--set", "model.imageSize=32", "--set", "model.dimension=16", "--set", "model.headCount=2", "--set",
    "model.depth=2", "--threads", "1", "--seed", "3",
  ]

  private func sluice(_ arguments: [String]) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  @Test func aDryRunSaysWhatHidingSaves() throws {
    for command in [["train", "videomae", "--dry-run"], ["graph", "videomae", "--dry-run"]] {
      let base = try sluice(command + ["--set", "model.preset=base"])
      #expect(base.status == 0 && base.output.contains("parameters     94210944\n"), "\(base.errors)")
      #expect(
        base.output.contains(
          "hiding 90 %    2268 GFLOP forward a batch, 4473 MB kept for gradients at least\n"
            + "hiding none    12765 GFLOP forward a batch, 19422 MB kept for gradients at least\n"), "\(base.output)")
      let half = try sluice(command + ["--set", "model.preset=base", "--precision", "bf16", "--set", "batch.size=16"])
      #expect(
        half.output.contains("hiding none    6383 GFLOP forward a batch, 4855 MB kept for gradients at least"),
        "\(half.output)")
    }
    // Networks that are given all tokens save nothing.
    let all = try sluice(["train", "maskfeat", "--dry-run"])
    #expect(all.status == 0 && !all.output.contains("hiding"), "\(all.output)")
  }

  @Test func aRatioThatHidesNothingOrLeavesNothingIsRefusedBeforeTheRun() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      for (ratio, hidden, mask) in [
        ("1.0", 288, "tube"), ("0.01", 0, "tube"), ("1.0", 288, "random"), ("0.001", 0, "random"),
      ] {
        let run = try sluice([
          "train", "videomae", "--data", list, "--out", folder + "/run", "--set", "recipe.maskRatio=\(ratio)", "--set",
          "recipe.mask=\(mask)",
        ])
        #expect(
          run.status == 1
            && run.errors.contains(
              "recipe.maskRatio=\(ratio) hides \(hidden) of 288 tokens of a clip; at least one must be hidden, and one be "
                + "seen. The published ratio is 0.9."),
          "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
      }
    }
  }

  /// Pre-training, tuning of what it left by the recipe of whole videos, and the test of its authors.
  @Test func aNetworkIsPretrainedTunedAndTestedAsOnSomethingSomething() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let variant = ["--set", "model.learnsPositions=true", "--set", "model.layerScale=0.1"]
      let decoder = [
        "--set", "model.decoderDimension=8", "--set", "model.decoderDepth=1", "--set", "model.decoderHeadCount=2",
        "--set", "recipe.preset=ssv2", "--set", "batch.size=2", "--set", "recipe.maskRatio=0.5",
      ]
      let pretrained = try sluice(
        ["train", "videomae", "--data", list, "--epochs", "1", "--out", folder + "/pre"] + Self.small + variant
          + decoder)
      try #require(pretrained.status == 0, "\(pretrained.errors)")
      let tuned = try sluice(
        [
          "train", "videomae-finetune", "--data", list, "--val", list, "--from", folder + "/pre", "--epochs", "1",
          "--out", folder + "/tuned", "--set", "recipe.preset=ssv2", "--set", "batch.size=2",
        ] + Self.small + variant)
      try #require(tuned.status == 0, "\(tuned.errors)")
      let logged = try #require(
        try MetricsLog.lines(at: folder + "/tuned/metrics.jsonl").last?.metrics["val_loss"])
      func evaluated(_ options: [String]) throws -> JSONValue {
        let run = try sluice(
          ["eval", "videomae-finetune", "--from", folder + "/tuned", "--data", list, "--threads", "1", "--json"]
            + options)
        try #require(run.status == 0, "\(options): \(run.errors)")
        return try JSONValue(json: run.output)
      }
      // The drawn window of the validation is that of an evaluation with one.
      #expect(abs(try #require(evaluated([])["loss"].double) - logged) < 1e-6)
      let published = try evaluated(["--views", "published"])
      #expect(published["windows"].int == 2 && published["crops"].string == "three")
      #expect(published["average"].string == "prob" && published["views"].string == "published")
      // Another table of positions is no matter of names.
      let fixed = try sluice(
        [
          "train", "videomae-finetune", "--data", list, "--from", folder + "/pre", "--steps", "1", "--out",
          folder + "/fixed", "--set", "batch.size=2", "--set", "model.pooling=first", "--set", "model.layerScale=0.1",
          "--set", "model.queryValueBias=true",
        ] + Self.small)
      #expect(fixed.status == 0, "\(fixed.errors)")
    }
  }
}
