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

  @Test func aProfileBeginsWithTheWeightsThatItIsTold() throws {
    try withTemporaryFolder { folder in
      #expect(try train(["--steps", "1", "--out", folder + "/first"], folder).status == 0)
      let part = try parameters(folder + "/first").filter { !$0.key.contains("layers.1.") }
      try SafetensorsFile.write(part, to: folder + "/part.safetensors")
      func profile(_ options: String...) throws -> (status: Int32, errors: String) {
        let run = try SluiceProgram.run(
          ["profile", "timesformer", "--data", folder + "/list.txt"] + tiny + still + options)
        return (run.status, run.errors)
      }
      let less = ["--from", folder + "/part.safetensors"]
      let refused = try profile(less[0], less[1])
      #expect(refused.status == 1 && refused.errors.contains("--partial"), "\(refused.errors)")
      let partial = try profile(less[0], less[1], "--partial")
      #expect(partial.status == 0, "\(partial.errors)")
      let larger = ["--from", folder + "/first", "--set", "model.imageSize=48"]
      let fixed = try profile(larger[0], larger[1], larger[2], larger[3])
      #expect(fixed.status == 1 && fixed.errors.contains("--resize-positions resizes it"), "\(fixed.errors)")
      let resized = try profile(larger[0], larger[1], larger[2], larger[3], "--resize-positions")
      #expect(resized.status == 0, "\(resized.errors)")
    }
  }

  /// Weights of other numbers draw other pictures.
  @Test func picturesOfMasksAreOfTheWeightsThatWereChosen() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let trained = try SluiceProgram.run([
        "train", "maskfeat", "--data", list, "--steps", "2", "--checkpoint-every", "1", "--keep", "2", "--threads", "1",
        "--set", "batch.size=2", "--set", "model.imageSize=32", "--set", "model.depth=2", "--set", "model.dimension=16",
        "--set", "model.frameCount=8", "--set", "denseFrames.stride=4", "--set", "optimize.average=0.5", "--set",
        "optimize.peak=0.1", "--set", "optimize.minimum=0.1", "--set", "optimize.warmup=0", "--out", folder + "/run",
      ])
      try #require(trained.status == 0, "\(trained.errors)")
      func picture(_ from: String, _ options: String...) throws -> (bytes: Data?, errors: String) {
        let out = "\(folder)/\(UUID().uuidString)"
        let run = try SluiceProgram.run(
          ["show", "masks", folder + "/clip 1.mp4", "--from", from, "--out", out] + options)
        return (FileManager.default.contents(atPath: out + "/clip 1-masks.png"), run.errors)
      }
      let (last, first) = (folder + "/run/checkpoints/step-000002", folder + "/run/checkpoints/step-000001")
      let plain = try #require(try picture(folder + "/run", "--checkpoint", "last").bytes)
      #expect(try picture(last).bytes == plain && picture(last, "--weights", "raw").bytes == plain)
      #expect(try picture(first).bytes != plain)
      let averaged = try #require(try picture(folder + "/run", "--checkpoint", "last", "--weights", "ema").bytes)
      #expect(averaged != plain)

      // A checkpoint that lacks a parameter, and one whose model was smaller than it says.
      let state = try SavedCheckpoint(path: last).state()
      var less = state
      less.parameters = state.parameters.filter { !$0.key.contains("layers.1.") && !$0.key.contains("blocks.1.") }
      try #require(less.parameters.count < state.parameters.count)
      let lacking = try CheckpointFolder(folder + "/less").save(less)
      let refused = try picture(lacking)
      #expect(refused.bytes == nil && refused.errors.contains("--partial"), "\(refused.errors)")
      let partial = try picture(lacking, "--partial")
      #expect(partial.bytes != nil && partial.bytes != plain, "\(partial.errors)")
      var larger = state
      guard case .object(var members) = state.configuration, case .object(var values)? = members["values"] else {
        throw CocoaError(.coderValueNotFound)
      }
      values["model.imageSize"] = "64"
      members["values"] = .object(values)
      larger.configuration = .object(members)
      let misfit = try CheckpointFolder(folder + "/larger").save(larger)
      let fixed = try picture(misfit)
      #expect(fixed.bytes == nil && fixed.errors.contains("--resize-positions resizes it"), "\(fixed.errors)")
      let resized = try picture(misfit, "--resize-positions")
      #expect(resized.bytes != nil, "\(resized.errors)")
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
