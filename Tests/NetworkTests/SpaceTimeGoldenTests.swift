import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

@Suite struct SpaceTimeGoldenTests {
  @Test(arguments: Precision.allCases) func timeSformerMatchesTheReference(_ precision: Precision) throws {
    try Golden.each("timesformer-vivit.timesformer", precision: precision) { file, check in
      try classify(file, check, try TimeSformer(SpaceTimeConfiguration(golden: file.config)))
    }
  }

  @Test(arguments: Precision.allCases) func vivitMatchesTheReference(_ precision: Precision) throws {
    try Golden.each("timesformer-vivit.vivit", precision: precision) { file, check in
      try classify(file, check, try ViViT(SpaceTimeConfiguration(golden: file.config)))
    }
  }

  @Test func importedWeightsMatchTheReference() throws {
    try Golden.each("timesformer-vivit.init_timesformer", "timesformer-vivit.init_vivit") { file, check in
      let config = file.config
      let configuration = try SpaceTimeConfiguration(golden: config)
      var settings = SpaceTimeImport()
      settings.copy = try #require(.init(rawValue: config["copy_strategy"].string ?? ""))
      settings.inflation = try #require(.init(rawValue: config["extend_strategy"].string ?? ""))
      let untouched = Set(config["untouched"].strings ?? [])
      settings.skipsAutoencoderAttention = untouched.contains { $0.hasSuffix("attn.qkv.weight") }
      let source = try #require(SpaceTimeImport.Source(rawValue: config["source"].string ?? ""))
      // The layout is found by the names as well as by the kind of file.
      for kind in [source, .auto] {
        settings.source = kind
        try importWeights(file, check, configuration, settings, untouched: untouched)
      }
    }
  }

  private func importWeights(
    _ file: GoldenFile, _ check: GoldenChecker, _ configuration: SpaceTimeConfiguration, _ settings: SpaceTimeImport,
    untouched: Set<String>
  ) throws {
    var source: [String: Tensor] = [:]
    for name in file.names(under: "input.source.") { source[name] = try file.tensor("input.source.\(name)") }
    let isViViT = file.config["arch"].string == "vivit"
    let model: any VideoBackbone = isViViT ? try ViViT(configuration) : try TimeSformer(configuration)
    let layouts =
      isViViT ? try ViViT(configuration).layouts(settings) : try TimeSformer(configuration).layouts(settings)
    let parameters = model.parameters
    try withTemporaryFolder { folder in
      try SafetensorsFile.write(source, to: folder + "/source.safetensors")
      let report = try PublishedWeights(opening: folder + "/source.safetensors").load(
        into: parameters, layouts: layouts, head: .parameters("cls_head.*"))
      #expect(Set(report.missing) == Set(untouched.map(checkpointName)), "\(file.name): \(report)")
      for name in file.names(under: "output.") {
        try check.tensor("output.\(name)", try #require(parameters[checkpointName(name)]).value)
      }
    }
  }

  private func classify(_ file: GoldenFile, _ check: GoldenChecker, _ backbone: some VideoBackbone) throws {
    let model = try Classifier(backbone, classCount: try #require(file.config["classes"].int))
    try file.load(into: model.parameters)
    let recorder = Recorder()
    let draws = try file.names(under: "input.uniform").sorted().map { try file.floats("input.uniform\($0)") }
    let logits = try model.logits(
      of: try file.clips(),
      recorder.pass(training: file.config["droppath"].bool == true ? recorded(draws) : nil))
    try check.observed(by: recorder)
    try check.tensor("output.logits", logits)
    let loss =
      file.config["soft"].bool == true
      ? logits.crossEntropy(target: try file.tensor("input.soft_target"))
      : logits.crossEntropy(labels: try file.ints("input.label"))
    try check("output.loss", loss.scalar)
    loss.backward()
    try check.gradients(of: model.parameters)
    for name in file.config["no_grad"].strings ?? [] {
      #expect(model.parameters[checkpointName(name)]?.gradient == nil, "\(name) takes no part")
    }
  }

  /// Gives the recorded draws in turn.
  private func recorded(_ draws: [[Float]]) -> ForwardPass.Draws {
    let rest = Lock(draws[...])
    return { count in
      let next = rest.withLock { $0.popFirst() } ?? []
      #expect(next.count == count)
      return next
    }
  }
}

extension SpaceTimeConfiguration {
  /// The configuration a golden file describes in VideoTransformer-pytorch's words.
  init(golden config: JSONValue) throws {
    self.init(
      frameCount: try #require(config["num_frames"].int),
      attention: try #require(.init(rawValue: config["attention_type"].string ?? "")))
    imageSize = try #require(config["img_size"].int)
    patchSize = try #require(config["patch_size"].int)
    dimension = try #require(config["embed_dims"].int)
    headCount = try #require(config["num_heads"].int)
    depth = try #require(config["num_transformer_layers"].int)
    if let depth = config["num_time_transformer_layers"].int, depth > 0 { temporalDepth = depth }
    if config["conv_type"].string == "Conv3d" { tubeletSize = config["tube_size"].int }
    hasLearnedPositions = config["use_learnable_pos_emb"].bool ?? true
    pooling = config["return_cls_token"].bool == false ? .mean : .classToken
    if let rate = config["drop_path_rate"].double { dropPathRate = rate }
    if let rows = config["fact_cls"].string { factorizedClass = try #require(.init(rawValue: rows)) }
  }
}
