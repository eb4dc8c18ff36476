import SluiceCheckpoints
import SluiceForward
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// SimVTP from clips and words to losses and gradients, and its parts by themselves.
@Suite struct SimVTPGoldenTests {
  @Test func pretrainingMatchesTheReference() throws {
    try Golden.each("simvtp.pretrain") { file, check in
      let network = try SimVTP(SimVTPConfiguration(pretraining: file.config))
      try file.load(into: network.parameters) { $0 }
      let batch = try file.pairs(network.configuration, clips: file.tensor("input.video"))
      let objective = VideoTextObjective(
        contrast: Contrast(temperature: Float(try #require(file.config["temperature"].double))))
      // All passes, whichever of the losses the file's gradients are of.
      let recorder = Recorder()
      let output = try VideoTextModel(network)(batch, recorder.pass())
      try check.observed(by: recorder)
      try check("output.target", batch.video.targets.values.floats)
      try checkEncoder(network, batch, try #require(recorder.fused), check)
      let terms = try objective.loss(of: output, for: batch)
      #expect(terms.names == ["loss_video", "loss_text", "loss_vtc", "loss_vtm"])
      for term in terms.terms { try check("output.\(term.name)", term.value.scalar) }

      // The passes that these losses need, and no others.
      let model = VideoTextModel(network, losses: try VideoTextLosses(golden: file.config["loss"].string))
      let wanted = try objective.loss(of: model(batch, .evaluation), for: batch)
      for term in wanted.terms { try check("output.\(term.name)", term.value.scalar) }
      let sum = wanted.sum
      try check("output.loss", sum.scalar)
      sum.backward()
      try check.gradients(of: network.parameters) { $0 }
    }
  }

  /// Compares what becomes of pairs together, at all positions of their texts.
  private func checkEncoder(
    _ network: SimVTP, _ batch: VideoTextBatch, _ fused: Tensor, _ check: GoldenChecker
  ) throws {
    #expect(fused.shape[0] == 2 * batch.count)
    try check.tensor("output.fused", fused.slice(0..<batch.count, axis: 0))
    let input = try network.input(
      clips: batch.video.clips, hidden: batch.video.hidden, ids: batch.texts.ids, lengths: batch.texts.lengths,
      .evaluation)
    let words = withoutGradients { network.words(of: fused, input, at: Array(batch.texts.ids.indices)) }
    try check.tensor("output.word_logits", words.reshaped(batch.count, batch.texts.width, words.shape[1]))
  }

  @Test func towersMatchTheReference() throws {
    try Golden.each("simvtp.finetune_dual") { file, check in
      let network = try SimVTPTowers(SimVTPConfiguration(towers: file.config))
      try file.load(into: network.parameters) { $0 }
      let batch = ClipTextBatch(
        clips: try file.tensor("input.video"), texts: try file.texts(try file.ints("input.ids")))
      let recorder = Recorder()
      let features = try RetrievalModel(network)(batch, recorder.pass())
      try check.observed(by: recorder)
      try check.tensor("output.sim", features.texts.cosines(with: features.videos))
      let contrast = Contrast(temperature: Float(try #require(file.config["temperature"].double)))
      let terms = try ContrastiveObjective(contrast: contrast).loss(of: features, for: batch)
      try check("output.loss", terms.sum.scalar)
      terms.sum.backward()
      try check.gradients(of: network.parameters) { $0 }
      // What a tower does not read gets no gradient at all, not one of zeros.
      for parameter in network.parameters.parameters {
        let isUnread =
          parameter.name.hasPrefix("video_encoder.text_embeddings.")
          || parameter.name.hasPrefix("text_encoder.patch_embed.")
        #expect((parameter.gradient == nil) == isUnread, "\(parameter.name)")
      }
    }
  }

  @Test func contrastMatchesTheReference() throws {
    try Golden.each("simvtp.vtc") { file, check in
      let (texts, videos) = (
        Parameter("text", try file.tensor("input.text")), Parameter("video", try file.tensor("input.video"))
      )
      let contrast = Contrast(temperature: Float(try #require(file.config["temperature"].double)))
      let shortest = Float(try #require(file.config["eps"].double))
      try check.tensor(
        "output.sim", withoutGradients { texts.value.cosines(with: videos.value, atLeast: shortest) })
      let loss = try contrast.loss(of: texts.value, and: videos.value)
      try check("output.loss", loss.scalar)
      loss.backward()
      for parameter in [texts, videos] {
        try check.tensor("grad.\(parameter.name)", try #require(parameter.gradient))
      }
    }
  }

  @Test func contrastAmongAllAndAmongThoseOfADeviceMatchTheReference() throws {
    try Golden.each("simvtp.vtc_gathered") { file, check in
      let (texts, videos) = (try file.tensor("input.text"), try file.tensor("input.video"))
      let temperature = Float(try #require(file.config["temperature"].double))
      let (size, ranks) = (try #require(file.config["per_rank"].int), try #require(file.config["ranks"].int))
      let all = Contrast(temperature: temperature)
      try check("output.loss_global", try all.loss(of: texts, and: videos).scalar)
      let parts = try (0..<ranks).map { rank in
        let rows = rank * size..<(rank + 1) * size
        let loss = try all.loss(of: texts.slice(rows, axis: 0), and: videos.slice(rows, axis: 0)).scalar
        try check("output.loss_rank\(rank)_local", loss)
        return loss
      }
      let groups = Contrast(temperature: temperature, groupSize: size)
      let mean = parts.reduce(0, +) / Float(ranks)
      #expect(abs(try groups.loss(of: texts, and: videos).scalar - mean) < 1e-5 * mean)
    }
  }

  @Test func matchingMatchesTheReference() throws {
    try Golden.each("simvtp.vtm") { file, check in
      var configuration = SimVTPConfiguration.tiny
      configuration.video.dimension = try #require(file.config["dim"].int)
      configuration.video.headCount = 1
      let network = try SimVTP(configuration)
      let head = try ["weight", "bias"].map { ("vtm_head.\($0)", try file.tensor("param.vtm_head.\($0)")) }
      try network.parameters.load(Dictionary(uniqueKeysWithValues: head), mode: .present)
      let pairs = try #require(file.config["pairs"].int)
      #expect(try file.ints("input.labels") == (0..<2 * pairs).map { $0 < pairs ? 1 : 0 })
      let fused = Parameter("fused", try file.tensor("input.fused"))
      let logits = network.matches(of: fused.value, .evaluation)
      try check.tensor("output.logits", logits)
      let terms = try VideoTextObjective().loss(of: VideoTextPrediction(matches: logits), for: .unseen(pairs))
      #expect(terms.names == ["loss_vtm"])
      try check("output.loss", terms.sum.scalar)
      terms.sum.backward()
      try check.tensor("grad.fused", try #require(fused.gradient))
      for (name, _) in head {
        try check.tensor("grad.\(name)", try #require(network.parameters[name]?.gradient))
      }
    }
  }

  @Test func videosOfMismatchedPairsAreTheReferences() throws {
    try Golden.each("simvtp.vtm_negatives") { file, check in
      let (cosines, draws) = (try file.tensor("input.sim_text_to_video"), try file.doubles("input.uniform"))
      let temperature = Float(try #require(file.config["temperature"].double))
      try check(
        "output.weights", VideoTextNegatives.shares(cosines, temperature: temperature).flatMap { $0 },
        shape: cosines.shape.dimensions)
      for (negatives, name) in [(VideoTextNegatives.random, "uniform"), (.hard, "hard")] {
        try check(
          "output.\(name)_index", negatives.indices(draws: draws, cosines: cosines, temperature: temperature))
      }
    }
  }

  @Test func namesAndShapesAreThoseOfTheReference() throws {
    guard let models = try goldenJSON("simvtp/parameter_names.json") else { return }
    for (name, store) in [
      ("pretrain_base", try SimVTP().parameters), ("finetune_dual_base", try SimVTPTowers().parameters),
    ] {
      let entries = try #require(models[name]["params"].array)
      #expect(store.declarations.map(\.name) == entries.compactMap { $0["name"].string })
      #expect(store.declarations.map(\.shape.dimensions) == entries.compactMap { $0["shape"].ints })
      #expect(store.elementCount == models[name]["total"].int)
    }
  }
}

extension VideoTextBatch {
  /// Pairs of which only the number counts.
  static func unseen(_ count: Int) -> VideoTextBatch {
    VideoTextBatch(
      video: MaskedBatch(
        clips: .zeros([count, 3, 1, 1, 1]), hidden: [UInt8](repeating: 1, count: count),
        grid: TokenGrid(steps: 1, rows: 1, columns: 1),
        targets: CellValues(cells: Array(0..<count), values: .zeros([count, 3]))),
      texts: PaddedTexts(padding: [[Int]](repeating: [2, 3], count: count), with: 0),
      words: HiddenWords(positions: [], ids: []), draws: [Double](repeating: 0.5, count: count))
  }
}
