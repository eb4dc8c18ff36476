import Foundation
import SluiceAugment
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// BEVT's published recipes of fine-tuning, by their names.
@Suite struct BEVTPresetTests {
  private typealias Tuned = FineTuningConfiguration<BEVTFineTuningDeclaration>

  private func configuration(_ preset: String, _ others: [String: String] = [:]) throws -> Tuned {
    try Tuned(["model.preset": "base", "recipe.preset": preset].merging(others) { $1 })
  }

  /// A list beside the golden files; `nil` on machines without them.
  private func golden(_ path: String) throws -> JSONValue? {
    guard let folder = Golden.folder else { return nil }
    return try JSONValue(json: String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
  }

  @Test func aRecipeBringsItsNetwork() throws {
    let (k400, ssv2, diving) = (try configuration("k400"), try configuration("ssv2"), try configuration("diving48"))
    for configuration in [k400, ssv2, diving] { #expect(configuration.network.network.frameCount == 32) }
    #expect(k400.network.network.window == GridStride(8, 7, 7) && k400.network.network.dropPathRate == 0.3)
    for configuration in [ssv2, diving] {
      #expect(configuration.network.network.window == GridStride(16, 7, 7))
      #expect(configuration.network.network.dropPathRate == 0.4)
    }
    #expect(k400.network.classCount == nil && ssv2.network.classCount == nil && diving.network.classCount == 48)
    // Other sizes keep what is dropped of them; the compact one its windows.
    let tiny = try configuration("ssv2", ["model.preset": "tiny"])
    #expect(tiny.network.network.window.time == 16 && tiny.network.network.dropPathRate == 0.1)
    let compact = try Tuned(["recipe.preset": "diving48"])
    #expect(compact.network.network.window.time == 4 && compact.network.classCount == 48)
    // What a user says counts more, and a recipe that is chosen anew takes its network along.
    let own = try configuration("ssv2", ["model.windowSteps": "8", "model.classCount": "7"])
    #expect(own.network.network.window.time == 8 && own.network.classCount == 7)
    var changed = ssv2
    changed.choose(.k400)
    #expect(changed.network.network.window.time == 8 && changed.network.network.dropPathRate == 0.3)
  }

  @Test(arguments: [("k400", 400, "k400_finetune_swin_b"), ("ssv2", 174, "ssv2_finetune_swin_b")])
  func networksHaveThePublishedParameters(preset: String, classes: Int, list: String) throws {
    guard let json = try golden("bevt/full_size_params.json")?[list] else { return }
    let configuration = try configuration(preset)
    let model = try configuration.network.classifier(classCount: classes, configuration.recipe.head)
    try compare(model.parameters, with: json)
  }

  @Test func theNetworkOfBothStreamsHasThePublishedParameters() throws {
    guard let json = try golden("bevt/full_size_params.json")?["bevt_pretrain_swin_b"] else { return }
    let configuration = try BEVTConfiguration<BEVTVideoDeclaration>(["model.preset": "base"])
    try compare(try BEVT(configuration.network.network).parameters, with: json)
  }

  /// Names, shapes and order are those of the list, and so is the number of all numbers.
  private func compare(_ parameters: ParameterStore, with list: JSONValue) throws {
    let rows = try #require(list["params"].array)
    #expect(parameters.elementCount == list["count_values"].int && rows.count == list["count_tensors"].int)
    #expect(parameters.declarations.map(\.name) == rows.compactMap { $0[1].string })
    #expect(parameters.declarations.map(\.shape.dimensions) == rows.compactMap { $0[2].array?.compactMap(\.int) })
  }

  @Test(arguments: ["k400", "ssv2"]) func ratesAndDecaysAreThePublished(preset: String) throws {
    guard let json = try golden("bevt/optimizer_groups.json") else { return }
    let configuration = try configuration(preset)
    let recipe = configuration.recipe
    let rules = configuration.network.groups(
      layerDecay: recipe.optimizer.layerDecay, backboneRate: recipe.backboneRate, head: "cls_head.fc_cls")
    let rows = try #require(json[preset]["params"].array)
    let names = rows.compactMap { $0[0].string }
    let groups = rules.groups(of: names.map { ($0, 2) })
    for (name, row) in zip(names, rows) {
      let group = try #require(groups.first { $0.members.contains(name) })
      #expect(abs(group.rateFactor - (try #require(row[1].double))) < 1e-12, "\(name)")
      #expect(group.decayFactor == row[2].double, "\(name)")
    }
  }

  @Test func theOptimizerIsThePublished() throws {
    for preset in ["ssv2", "diving48"] {
      let recipe = try configuration(preset).recipe
      let optimizer = recipe.optimizer
      #expect(abs(optimizer.resolvedPeak - 5e-4) < 1e-12 && optimizer.batchSize * optimizer.accumulation == 64)
      #expect(optimizer.epochs == 60 && optimizer.weightDecay == 0.05 && optimizer.clip == .none)
      #expect(optimizer.averaging == Averaging(decay: 0.9998, every: .micro, ramp: 100))
      // min(0.0002, (1 + i) / (100 + i)) of the weights is taken in each move, so the limit never binds.
      for move in [0, 1, 50, 100_000] { #expect(abs(optimizer.averaging.share(ofMove: move) - 2e-4) < 1e-12) }
      #expect(recipe.labelSmoothing == 0.1 && recipe.head.dropout == 0.5 && !recipe.mixes)
      #expect(recipe.frames.choice == .segments && recipe.frames.bounds == .shared)
    }
    let k400 = try configuration("k400").recipe.optimizer
    #expect(abs(k400.resolvedPeak - 3e-4) < 1e-12 && k400.batchSize * k400.accumulation == 64)
    #expect(!k400.averaging.isKept && k400.clip == .global(40))
  }

  @Test func clipsAreChangedInThePublishedOrder() throws {
    let first: [AugmentOperation] = [
      .shortSide(256, resampling: .openCVBilinear, rounding: .nearest),
      .resizedCrop(224, scale: 0.08...1, resampling: .openCVBilinear, draws: .ahead),
    ]
    #expect(try configuration("k400").recipe.clips.operations(size: 224) == first + [.flip(probability: 0.5)])
    let last = AugmentOperation.erase(probability: 0.25, fill: .mean)
    for preset in ["ssv2", "diving48"] {
      let clips = try configuration(preset).recipe.clips
      #expect(clips.operations(size: 224) == first + [.randAugment(.imgaug), last])
      #expect(clips.statistics == .imagenet)
    }
    var unmirrored = RandAugment.imgaug
    unmirrored.flip = 0
    let directed = try configuration("diving48", ["recipe.imgaugFlip": "0"]).recipe.clips
    #expect(directed.operations(size: 224) == first + [.randAugment(unmirrored), last])
  }

  @Test func aRecipeOfTheWholeVideoTrainsAndKeepsAverages() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let run = try SluiceProgram.run([
        "train", "bevt-finetune", "--data", list, "--val", list, "--epochs", "2", "--out", folder + "/run", "--seed",
        "3", "--threads", "1", "--set", "recipe.preset=ssv2", "--set", "model.dimension=8", "--set", "batch.size=2",
        "--set", "optimize.accumulation=2", "--set", "optimize.average=0.5", "--set", "recipe.erasing=1",
      ])
      try #require(run.status == 0 && run.output.contains("finished step"), "\(run.errors)")
      let lines = try MetricsLog.lines(at: folder + "/run/metrics.jsonl")
      #expect(lines.count == 2 && lines.allSatisfy { $0.loss.isFinite })
      let info = try SluiceProgram.run(["weights", "info", folder + "/run/checkpoints/step-000002"])
      #expect(info.output.contains("averaged copy: --weights ema reads it"), "\(info.output)")
      let graph = try SluiceProgram.run(["graph", "bevt-finetune", "--set", "recipe.preset=ssv2"])
      #expect(graph.status == 0 && graph.output.contains("segmentFrames"), "\(graph.output)\(graph.errors)")
    }
  }

  @Test func aRunThatKeepsAveragesIsValidatedByThem() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let run = try SluiceProgram.run([
        "train", "timesformer", "--data", list, "--val", list, "--epochs", "2", "--out", folder + "/run", "--threads",
        "1", "--seed", "2", "--set", "batch.size=2", "--set", "model.depth=1", "--set", "optimize.warmup=0", "--set",
        "optimize.average=0.7", "--set", "optimize.peak=0.01",
      ])
      try #require(run.status == 0, "\(run.errors)")
      let logged = try #require(
        try MetricsLog.lines(at: folder + "/run/metrics.jsonl").last?.metrics["val_loss"])
      func loss(_ copy: String) throws -> Double {
        let run = try SluiceProgram.run([
          "eval", "timesformer", "--from", folder + "/run", "--data", list, "--checkpoint", "last", "--weights", copy,
          "--threads", "1", "--json", "--out", folder + "/eval",
        ])
        try #require(run.status == 0, "\(run.errors)")
        return try #require(try JSONValue(json: run.output)["loss"].double)
      }
      #expect(abs(try loss("ema") - logged) < 1e-6)
      #expect(abs(try loss("raw") - logged) > 1e-5)
    }
  }
}
