import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// CLIP's towers from images and tokens to features, losses and gradients.
@Suite struct CLIPGoldenTests {
  @Test func bothTowersMatchTheReference() throws {
    try Golden.each("clip.clip_model") { file, check in
      let clip = try CLIP(CLIPConfiguration(training: file.config))
      try file.load(into: clip.parameters) { $0 }
      let recorder = Recorder()
      let images = try clip.imageFeatures(of: file.tensor("input.image"), recorder.pass())
      let ids = try file.ints("input.tokens").map { Int32($0) }
      let count = try file.shape("input.tokens")[0]
      let texts = try clip.textFeatures(of: ids, count: count, recorder.pass())
      try check.observed(by: recorder)
      try check.tensor("output.image_features", images)
      try check.tensor("output.text_features", texts.sentences)
      try check.tensor("output.text_token_features", texts.tokens)
      let logits = images.cosines(with: texts.sentences) * clip.scale()
      try check.tensor("output.logits_per_image", logits)
      try check.tensor("output.logits_per_text", logits.permuted(1, 0))
      let own = Array(0..<count)
      let loss = (logits.crossEntropy(labels: own) + logits.permuted(1, 0).crossEntropy(labels: own)) / 2
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: clip.parameters) { $0 }
    }
  }

  @Test func framesThatAreSeenTogetherMatchTheReference() throws {
    try Golden.each("clip.visual_joint") { file, check in
      let config = file.config
      func size(_ key: String) throws -> Int { try #require(config[key].int, "\(key)") }
      var configuration = CLIPConfiguration(
        embedding: try size("embed_dim"), imageSize: try size("image_resolution"),
        patchSize: try size("vision_patch_size"), visionWidth: try size("vision_width"),
        visionLayers: try size("vision_layers"), textWidth: 8, textLayers: 1, vocabularySize: 4)
      (configuration.visionHeads, configuration.jointFrames) = (try size("vision_heads"), try size("T"))
      let clip = try CLIP(configuration)
      var values: [String: Tensor] = [:]
      for name in file.names(under: "param.") { values["visual." + name] = try file.tensor("param.\(name)") }
      #expect(Set(values.keys) == Set(clip.parameters.declarations.map(\.name).filter { $0.hasPrefix("visual.") }))
      try clip.parameters.load(values, mode: .present)
      // Random decisions none, but the pass of training.
      let features = try clip.imageFeatures(of: file.tensor("input.image"), .evaluation)
      try check.tensor("output.features", features)
      let loss = (features * (try file.tensor("input.cotangent"))).sumOfAll()
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: clip.parameters) { "visual." + $0 }
    }
  }

  @Test func archivesTellTheirSizesAndAreReadWhole() throws {
    let all = try GoldenCheckpoint.all()
    try Golden.each("clip.ckpt_expected") { file, check in
      let keys = [
        "embed_dim", "image_resolution", "vision_patch_size", "vision_width", "vision_layers", "transformer_width",
        "transformer_heads", "transformer_layers", "context_length", "vocab_size",
      ]
      let sizes = try keys.map { key in try #require(file.config[key].int, "\(key)") }
      let archives = all.filter { $0.expected == file.url.path }
      #expect(!archives.isEmpty)
      for archive in archives {
        let weights = try PublishedWeights(opening: archive.path)
        let told = try CLIPConfiguration(of: weights.tensors().tensors, in: archive.name)
        #expect(
          [
            told.embedding, told.imageSize, told.patchSize, told.visionWidth, told.visionLayers, told.textWidth,
            told.textHeads, told.textLayers, told.contextLength, told.vocabularySize,
          ] == sizes, "\(archive)")
        let clip = try CLIP(told)
        let report = try weights.load(into: clip.parameters, layouts: clip.layouts, requiring: .whole)
        #expect(report.missing == [] && report.unfit == [] && report.resized == [], "\(archive): \(report)")
        for name in file.names(under: "output.") {
          try check.tensor("output." + name, try #require(clip.parameters[name], "\(name)").value)
        }
      }
    }
  }

  @Test func parametersStandInTheReferencesOrder() throws {
    guard let models = try goldenJSON("bike/structure.json") else { return }
    for (arch, entry) in try #require(models.object) {
      let configuration = try #require(CLIPConfiguration.named(arch), "\(arch)")
      #expect(configuration.visionHeads == entry["vision_heads"].int, "\(arch)")
      #expect(configuration.textHeads == entry["config"]["transformer_heads"].int, "\(arch)")
      let declarations = try CLIP(configuration).parameters.declarations
      let wanted = try #require(entry["model"]["parameters"].array)
      #expect(declarations.map(\.name) == wanted.compactMap { $0[0].string }, "\(arch)")
      #expect(declarations.map(\.shape.dimensions) == wanted.compactMap { $0[1].ints }, "\(arch)")
      #expect(declarations.reduce(0) { $0 + $1.shape.count } == entry["model"]["count"].int, "\(arch)")
      let visual = declarations.filter { $0.name.hasPrefix("visual.") }
      #expect(visual.reduce(0) { $0 + $1.shape.count } == entry["visual_count"].int, "\(arch)")
    }
  }

  @Test func tokensAreDroppedForAllSamplesTogether() throws {
    try Golden.each("clip.droppath") { file, check in
      let rate = try #require(file.config["drop_prob"].double)
      let draws = try file.floats("input.u")
      let pass = ForwardPass { count in Array(draws.prefix(count)) }
      // There tokens come before samples.
      let result = pass.dropTokens(try file.tensor("input.x").permuted(1, 0, 2), rate: rate)
      try check.tensor("output.y", result.permuted(1, 0, 2))
    }
  }

  @Test func positionsOfAnotherGridMatchTheConvention() throws {
    try Golden.each("clip.pos_embed_interpolation") { file, check in
      for index in 0..<(try #require(file.config["cases"].array).count) where file.has("input.\(index).grids") {
        let grids = try file.ints("input.\(index).grids")
        let table = try file.tensor("input.\(index).positional_embedding")
        try #require(grids[0] == grids[1] && grids[2] == grids[3], "grids of squares")
        // As weights are fitted whose images were of another size.
        check.leaveOut("output.\(index).bicubic_antialias", because: "positions are resized without smoothing")
        let fit = ShapeFit.gridRows(leading: 1, rows: grids[2], columns: grids[3])
        try check.tensor("output.\(index).bicubic", fit(table, shape: [grids[2] * grids[3] + 1, table.shape[1]]))
      }
    }
  }
}
