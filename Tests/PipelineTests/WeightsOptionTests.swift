import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTensor
import TestSupport
import Testing

/// How `--from` reads weights, wherever it is read: which copy, how much, whether damaged, not finite, or of another system.
@Suite(.serialized) struct WeightsOptionTests {
  private func sluice(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
    let run = try SluiceProgram.run(arguments)
    return (run.status, run.output, run.errors)
  }

  /// A tiny TimeSformer; one step changes nothing where the rate is 0.
  private let tiny = [
    "--set", "model.imageSize=32", "--set", "model.dimension=16", "--set", "model.headCount=2", "--set",
    "model.depth=2", "--set", "batch.size=2",
  ]
  private let still = ["--set", "optimize.peak=0", "--set", "optimize.minimum=0", "--steps", "1"]

  private func train(_ arguments: [String], _ folder: String) throws -> (status: Int32, errors: String) {
    let list = folder + "/list.txt"
    if !FileManager.default.fileExists(atPath: list) { _ = try SampleVideos.write(4, to: folder) }
    let run = try SluiceProgram.run(["train", "timesformer", "--data", list] + tiny + arguments)
    return (run.status, run.errors)
  }

  private func parameters(_ run: String) throws -> [String: Tensor] {
    try openWeights(run + "/checkpoints/step-000001").allTensors()
  }

  @Test func theAuthorsFileInsideATrainersWrapperLoadsWholeButForTheHead() throws {
    try withTemporaryFolder { folder in
      #expect(try train(["--steps", "1", "--out", folder + "/first"], folder).status == 0)
      let own = try parameters(folder + "/first")
      var published: [String: Tensor] = [:]
      for (name, value) in own where !name.hasPrefix("cls_head.") {
        let changes = [
          ("patch_embed.projection", "patch_embed.proj"), ("transformer_layers.layers", "blocks"),
          ("attentions.1.norm", "norm1"), ("attentions.1.attn", "attn"), ("attentions.0.norm", "temporal_norm1"),
          ("attentions.0.attn", "temporal_attn"), ("attentions.0.temporal_fc", "temporal_fc"),
          ("ffns.0.norm", "norm2"), ("ffns.0.layers.0.0", "mlp.fc1"), ("ffns.0.layers.1", "mlp.fc2"),
        ]
        let foreign = changes.reduce(name) { $0.replacing($1.0, with: $1.1) }
        published["model_state/module._orig_mod." + foreign] = value
        published["model_state_ema/module._orig_mod." + foreign] = value * 0.5
      }
      published["model_state/module._orig_mod.model.head.weight"] = .zeros([400, 16])
      published["model_state/module._orig_mod.model.head.bias"] = .zeros([400])
      try SafetensorsFile.write(published, to: folder + "/published.safetensors")
      for (copy, factor) in [("raw", Float(1)), ("ema", 0.5)] {
        let run = try train(
          still + ["--from", folder + "/published.safetensors", "--weights", copy, "--out", folder + "/" + copy], folder
        )
        #expect(run.status == 0 && run.errors.contains("layout timesformer"), "\(run.errors)")
        let begun = try parameters(folder + "/" + copy)
        for (name, value) in own where !name.hasPrefix("cls_head.") {
          #expect(begun[name]?.floats == (value * factor).floats, "\(copy): \(name)")
        }
        let size = copy == "raw" ? "of another size, stay as they began" : "missing, stay as they began"
        #expect(run.errors.contains("\(size): cls_head.cls_head.weight, cls_head.cls_head.bias"), "\(run.errors)")
      }
      let asked = try String(contentsOfFile: folder + "/ema/configuration.json", encoding: .utf8)
      #expect(asked.contains("\"run.from.weights\" : \"ema\"") || asked.contains("\"run.from.weights\": \"ema\""))
      #expect(asked.contains("--weights ema"))
    }
  }

  @Test func lessThanTheBackboneIsRefusedUnlessItIsAskedFor() throws {
    try withTemporaryFolder { folder in
      #expect(try train(["--steps", "1", "--out", folder + "/first"], folder).status == 0)
      let part = try parameters(folder + "/first").filter { !$0.key.contains("layers.1.") }
      try SafetensorsFile.write(part, to: folder + "/part.safetensors")
      let from = ["--from", folder + "/part.safetensors"]
      let refused = try train(still + from + ["--out", folder + "/none"], folder)
      #expect(refused.status == 1 && refused.errors.contains("missing are "), "\(refused.errors)")
      #expect(
        refused.errors.contains("--partial") && refused.errors.contains("The nearest layout"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
      let partial = try train(still + from + ["--partial", "--out", folder + "/partial"], folder)
      #expect(partial.status == 0 && partial.errors.contains("missing, stay as they began"), "\(partial.errors)")
      let begun = try parameters(folder + "/partial")
      for (name, value) in part { #expect(begun[name]?.floats == value.floats, "\(name)") }
      // A model that is evaluated is wanted whole.
      let whole = try SluiceProgram.run(
        ["eval", "timesformer", "--data", folder + "/list.txt", "--set", "model.classCount=4"] + tiny.dropLast(2) + from
      )
      #expect(whole.status == 1 && whole.errors.contains("of the model's"), "\(whole.errors)")
      let less = try SluiceProgram.run(
        ["eval", "timesformer", "--data", folder + "/list.txt", "--partial", "--json", "--set", "model.classCount=4"]
          + tiny.dropLast(2) + from)
      #expect(less.status == 0 && less.errors.contains("missing, stay as they began"), "\(less.errors)")
    }
  }

  @Test func tablesOfPositionsAreResizedWhereItIsAskedFor() throws {
    try withTemporaryFolder { folder in
      #expect(try train(["--steps", "1", "--out", folder + "/first"], folder).status == 0)
      let larger = ["--set", "model.imageSize=48", "--set", "model.frameCount=4", "--from", folder + "/first"]
      let refused = try train(still + larger + ["--out", folder + "/none"], folder)
      #expect(refused.status == 1 && refused.errors.contains("--resize-positions resizes it"), "\(refused.errors)")
      let resized = try train(still + larger + ["--resize-positions", "--out", folder + "/large"], folder)
      #expect(resized.status == 0 && resized.errors.contains("resized: model.pos_embed"), "\(resized.errors)")
      #expect(try parameters(folder + "/large")["model.pos_embed"]?.shape == [1, 10, 16])
      let evaluated = try sluice(
        "eval", "timesformer", "--data", folder + "/list.txt", "--from", folder + "/first", "--set",
        "model.imageSize=48", "--resize-positions", "--json")
      #expect(evaluated.status == 0 && evaluated.errors.contains("resized: model.pos_embed"), "\(evaluated.errors)")
    }
  }

  @Test func whatIsDamagedOrNotFiniteIsNoticedWhereverItIsOpened() throws {
    try withTemporaryFolder { folder in
      #expect(try train(["--steps", "1", "--out", folder + "/run"], folder).status == 0)
      let checkpoint = try SavedCheckpoint(path: folder + "/run/checkpoints/step-000001")
      let state = try checkpoint.state()
      for (name, wrong) in [("cls_head.cls_head.bias", Float.nan), ("model.norm.weight", .infinity)] {
        var bad = state
        var values = try #require(state.parameters[name]).floats
        values[1] = wrong
        bad.parameters[name] = Tensor(values, shape: try #require(state.parameters[name]).shape)
        let path = try CheckpointFolder(folder + "/bad-\(name)").save(bad)
        for run in try readers(of: path, in: folder) {
          #expect(run.status == 1 && run.errors.contains("NaN or infinite numbers in \(name)"), "\(run.errors)")
          #expect(run.output.isEmpty)
        }
      }
      let file = URL(filePath: checkpoint.path + "/parameters.safetensors")
      var bytes = try Data(contentsOf: file)
      for index in bytes.count - 9..<bytes.count - 5 { bytes[index] ^= 0x55 }
      try bytes.write(to: file)
      for run in try readers(of: folder + "/run", in: folder) + readers(of: checkpoint.path, in: folder) {
        #expect(
          run.status == 1 && run.errors.contains("parameters.safetensors: its checksum is wrong"), "\(run.errors)")
      }
      let resumed = try train(["--steps", "2", "--resume", "--out", folder + "/run"], folder)
      #expect(resumed.errors.contains("checksum"), "\(resumed.errors)")
    }
  }

  /// What every command that reads `--from` says.
  private func readers(of path: String, in folder: String) throws -> [(status: Int32, output: String, errors: String)] {
    let (list, clip) = (folder + "/list.txt", folder + "/clip 2.mp4")
    let begun = try train(still + ["--from", path, "--out", folder + "/none"], folder)
    return try [
      (begun.status, "", begun.errors), sluice("eval", "timesformer", "--from", path, "--data", list),
      sluice("eval", "timesformer", "--from", path, "--data", list, "--json"), sluice("predict", clip, "--from", path),
      sluice("predict", clip, "--from", path, "--json"),
      sluice("show", "attention", clip, "--from", path, "--out", folder + "/images"),
    ]
  }

  @Test func optionsThatHaveNoEffectAreRefused() throws {
    try withTemporaryFolder { folder in
      for option in [["--weights", "ema"], ["--checkpoint", "last"], ["--partial"], ["--resize-positions"]] {
        let run = try train(still + option + ["--out", folder + "/none"], folder)
        #expect(run.status == 1 && run.errors.contains("there is no --from"), "\(run.errors)")
      }
      let run = try train(
        still + ["--from", folder + "/clip 2.mp4", "--checkpoint", "last", "--out", folder + "/none"], folder)
      #expect(run.status == 1 && run.errors.contains("is no run"), "\(run.errors)")
      let word = try train(still + ["--from", folder, "--weights", "best", "--out", folder + "/none"], folder)
      #expect(word.status == 64 && word.errors.contains("raw or ema is wanted"), "\(word.errors)")
    }
  }
}
