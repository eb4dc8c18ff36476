import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Tiny models written under the names and shapes of others, with whatever stands around a model, and read again.
@Suite struct LayoutTests {
  private static let cases: [LayoutCase] = {
    do {
      return try LayoutCase.timeSformers() + LayoutCase.viViTs() + LayoutCase.mViTs() + LayoutCase.videoMAEs()
        + LayoutCase.swins() + LayoutCase.simVTPs()
    } catch {
      Issue.record(error)
      return []
    }
  }()

  /// The first case of each layout; what differs in the others is inside the model.
  private static let first: [Int] = {
    var names: Set<String> = []
    return cases.indices.filter { names.insert(cases[$0].name).inserted }
  }()

  /// What training tools put in front of all names.
  private static let wrappers = [
    "", "state_dict/", "model/", "module/", "model_state/", "model_state_dict/", "net/", "module.", "module.module.",
    "_orig_mod.", "_orig_mod.module.", "model.", "net.", "state_dict/model.", "state_dict/backbone.",
    "state_dict/module.model.", "state_dict/model._orig_mod.", "model_state_dict/module._orig_mod.",
    "model_state/module.module.backbone.", "checkpoint/0/student.",
  ]

  @Test func everyLayoutOfEveryModelHasACase() {
    let models = Set(Self.cases.map { $0.name.prefix { $0 != "/" } })
    let known = Set(KeyMap.all.map(\.name).filter { $0.contains("/") })
    #expect(known.subtracting(Self.cases.map(\.name)) == [])
    #expect(models == Set(known.map { $0.prefix { $0 != "/" } }))
  }

  @Test(arguments: first) func everyLayoutLoadsWholeInsideEveryWrapper(_ index: Int) throws {
    let sample = Self.cases[index]
    for wrapper in Self.wrappers {
      var wrapped = renamed(sample.foreign) { [wrapper + $0: $1] }
      // What else stands in such a file is not mistaken for it.
      wrapped["optimizer/state/0/exp_avg"] = .zeros([2, 2])
      try sample.check(wrapped, found: sample.found, "\(sample.testDescription) inside “\(wrapper)”")
    }
  }

  @Test(arguments: cases.indices) func everyVariantOfEveryLayoutLoadsAndByItself(_ index: Int) throws {
    let sample = Self.cases[index]
    try sample.check(sample.foreign, found: sample.found, sample.testDescription)
    let layout = String(sample.name.split(separator: "/")[1])
    let alone = sample.layouts.filter { $0.name == layout }
    #expect(alone.count == (layout == "none" ? 0 : 1), "\(sample.testDescription)")
    try sample.check(sample.foreign, layouts: alone, found: nil, "\(sample.testDescription) alone")
  }

  @Test(arguments: first) func everyLayoutLoadsWithWrappersInsideItsNames(_ index: Int) throws {
    let sample = Self.cases[index]
    for wrapper in ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"] {
      let inner = renamed(sample.foreign) { name, value in
        // Behind the number of a block.
        var parts = name.split(separator: ".").map(String.init)
        if let block = parts.firstIndex(where: { Int($0) != nil }) { parts.insert(wrapper, at: block + 1) }
        return [parts.joined(separator: "."): value]
      }
      try sample.check(inner, found: sample.found, "\(sample.testDescription) with \(wrapper) inside")
    }
  }

  @Test(arguments: first) func theAveragedCopyOfEveryLayoutIsReadWhereItIsAskedFor(_ index: Int) throws {
    let sample = Self.cases[index]
    for (raw, averaged) in [("state_dict/", "state_dict_ema/"), ("model/", "model_ema/module.")] {
      let other = renamed(sample.foreign) { [averaged + $0: $1] }
      let both = renamed(sample.foreign) { [raw + $0: $1 * 0.5] }.merging(other) { first, _ in first }
      try sample.check(both, .ema, found: sample.found, "\(sample.testDescription) in \(averaged)")
      let turned = renamed(sample.foreign) { [raw + $0: $1] }.merging(other.mapValues { $0 * 0.5 }) { first, _ in first
      }
      try sample.check(turned, found: sample.found, "\(sample.testDescription) beside \(averaged)")
    }
  }

  @Test func aHeadOfAsManyClassesIsLoadedToo() throws {
    let cases = Self.cases.filter {
      ["timesformer/timesformer", "timesformer/mmaction-timesformer"].contains($0.name)
        && $0.testDescription.contains("divided")
    }
    #expect(cases.count == 2)
    for sample in cases {
      let classifier = try Classifier(TimeSformer(tinySpaceTime(.divided)), classCount: 5)
      try withTemporaryFolder { folder in
        try SafetensorsFile.write(renamed(sample.foreign) { ["state_dict/" + $0: $1] }, to: folder + "/w.safetensors")
        let report = try PublishedWeights(opening: folder + "/w.safetensors").load(
          into: classifier.parameters, layouts: classifier.backbone.layouts, head: .parameters("cls_head.*"),
          requiring: .whole)
        #expect(report.unexpected == [] && "timesformer/\(report.layout ?? "")" == sample.name, "\(report)")
        #expect(report.prefix.hasPrefix("state_dict/"), "\(report)")
        #expect(classifier.parameters["cls_head.cls_head.bias"]?.value.floats == numbers("bias", [5]).floats)
      }
    }
  }

  @Test func zerosGoWhereTheyAreWanted() throws {
    let own = values(of: try TimeSformer(tinySpaceTime(.divided)))
    for (copy, zero) in [(SpaceTimeImport.Copy.zeros, "attentions.0."), (.repositoryZeros, "attentions.1.")] {
      var settings = SpaceTimeImport()
      settings.copy = copy
      let sample = try LayoutCase(
        "timesformer/timm-vit", of: { try TimeSformer(tinySpaceTime(.divided)) }, layouts: { $0.layouts(settings) },
        writing: renamed(imageWeights(own), imageLayouts[0].write)
      ) { name in
        if name.contains("time_embed") || name.contains("temporal_fc") { return nil }
        let source = own[replacing(name, ["attentions.1.": "attentions.0."])]
        return name.contains(zero) ? source.map { .zeros($0.shape) } : source
      }
      try sample.check(sample.foreign, found: "timm-vit", copy.rawValue)
    }
  }

  @Test func otherFramesAndSizesAreResizedWhenAskedFor() throws {
    var large = tinySpaceTime(.factorized, tubelet: 4)
    (large.imageSize, large.frameCount) = (24, 12)
    let small = tinySpaceTime(.factorized, tubelet: 2)
    let (own, model) = (values(of: try ViViT(small)), try ViViT(large))
    try withTemporaryFolder { folder in
      let path = folder + "/w.safetensors"
      try SafetensorsFile.write(own, to: path)
      let file = try PublishedWeights(opening: path)
      let error = #expect(throws: CheckpointError.self) {
        try file.load(into: model.parameters, layouts: model.layouts)
      }
      #expect(error?.description.contains("--resize-positions") == true)
      let report = try file.load(
        into: model.parameters, layouts: model.layouts, head: .parameters("cls_head.*"), resizingPositions: true)
      #expect(
        report.resized == ["model.pos_embed", "model.time_embed", "model.patch_embed.projection.weight"], "\(report)")
      let time = try #require(model.parameters["model.time_embed"]).value
      #expect(time.shape == [1, 4, 8])
      #expect(time.floats[0..<8].elementsEqual(own["model.time_embed"]!.floats[0..<8]))
      // A filter keeps the sum over its frames.
      let filters = try #require(model.parameters["model.patch_embed.projection.weight"]).value
      let (sum, old) = (filters.mean(over: 2) * 4, own["model.patch_embed.projection.weight"]!.mean(over: 2) * 2)
      #expect(zip(sum.floats, old.floats).allSatisfy { abs($0 - $1) < 1e-3 * abs($1) })
    }
  }

  @Test func learnedPositionsAreResizedStepByStep() throws {
    var small = tinyVideoMAE(learnsPositions: true)
    (small.frameCount, small.height, small.width) = (6, 32, 32)
    var large = small
    (large.height, large.width) = (48, 80)
    let source = try VideoMAE(small)
    source.parameters.initialize(seed: 4)
    let model = try VideoViT(large)
    try withTemporaryFolder { folder in
      try SafetensorsFile.write(source.parameters.values, to: folder + "/w.safetensors")
      let file = try PublishedWeights(opening: folder + "/w.safetensors")
      func load(_ store: ParameterStore, resizing: Bool) throws -> LoadReport {
        try file.load(
          into: store, layouts: model.layouts, head: .parameters("head.*"), resizingPositions: resizing)
      }
      let error = #expect(throws: CheckpointError.self) { try load(model.parameters, resizing: false) }
      #expect(error?.description.contains("--resize-positions") == true)
      #expect(try load(model.parameters, resizing: true).resized == ["pos_embed"])
      let table = try #require(source.parameters["encoder.pos_embed"]).value
      let steps = (0..<3).map { step in
        let square = table.slice(step * 4..<step * 4 + 4, axis: 1).reshaped(2, 2, 8)
        let tall = Resampling.cubic(from: 2, to: 3)(square, axis: 0)
        return Resampling.cubic(from: 2, to: 5)(tall, axis: 1).reshaped(1, 15, 8)
      }
      let own = try #require(model.parameters["pos_embed"]).value
      #expect(own.shape == [1, 45, 8] && own.floats == Tensor.concatenated(steps, axis: 1).floats)
      // Other numbers of steps are no matter of size.
      large.frameCount = 4
      let shorter = try VideoViT(large)
      #expect(throws: CheckpointError.self) { try load(shorter.parameters, resizing: true) }
    }
  }

  @Test func distancesOfOtherSizesAreResized() throws {
    var large = tinyMViT
    (large.imageSize, large.frameCount) = (48, 16)
    let source = try MViTv2(tinyMViT)
    let own = values(of: source)
    let model = try MViTv2(large)
    try withTemporaryFolder { folder in
      try SafetensorsFile.write(own, to: folder + "/w.safetensors")
      let report = try PublishedWeights(opening: folder + "/w.safetensors").load(
        into: model.parameters, layouts: model.layouts, head: .parameters("head.*"), resizingPositions: true)
      #expect(report.layout == "slowfast" && report.resized.allSatisfy { $0.contains("rel_pos_") })
      #expect(!report.resized.isEmpty && report.missing == [])
    }
  }

  // By name

  @Test func everyLayoutHasANameOfItsOwnAndASummary() {
    let names = KeyMap.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(KeyMap.all.allSatisfy { !$0.summary.isEmpty && !$0.name.contains(" ") })
    for known in [
      "none", "vtp", "mmaction-vit", "timm-vit", "bevt", "bevt-tokenizer", "videomae", "videomae-pretrain", "bert",
      "clip",
      "bike", "bike-head",
    ] { #expect(names.contains(known), "\(known)") }
  }
}
