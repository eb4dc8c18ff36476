import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// BIKE's heads from features to losses and gradients.
@Suite struct BIKEGoldenTests {
  /// A number of length one times a tensor, with a gradient.
  private func scaled(_ scores: Tensor, _ scale: Parameter) -> Tensor { scores * scale.value }

  @Test func headsMatchTheReference() throws {
    try Golden.each("bike.head") { file, check in
      let head = try VideoHead(VideoHeadConfiguration(golden: file.config))
      try file.load(into: head.parameters) { $0 }
      let inputs = try ["video_emb", "text_cls_emb", "text_token_emb"].map {
        Parameter($0, try file.tensor("input.\($0)"))
      }
      let texts = CLIPTexts(sentences: inputs[1].value, tokens: inputs[2].value)
      let raw = try head.scores(of: inputs[0].value, texts)
      try check.tensor("output.raw_logits", raw)
      let scale = exp(try #require(file.floats("input.logit_scale_log").first))
      let logits = raw * scale
      try check.tensor("output.logits", logits)
      let loss = try PairLoss(golden: file.config)(logits, labels: file.ints("input.labels"))
      try check("output.loss", loss.scalar)
      try checkFrames(head, inputs[0].value.detached, texts, check)
      loss.backward()
      for input in inputs { try check.tensor("grad.input.\(input.name)", input.gradient ?? .zeros(input.shape)) }
      for name in file.names(under: "grad.") where !name.hasPrefix("input.") {
        try check.tensor("grad.\(name)", try #require(head.parameters[name]?.gradient, "\(name)"))
      }
    }
  }

  /// What becomes of frames, how much each of them counts, and what they are together for each text.
  private func checkFrames(_ head: VideoHead, _ frames: Tensor, _ texts: CLIPTexts, _ check: GoldenChecker) throws {
    let aggregated = withoutGradients { head.aggregated(frames, .evaluation) }
    try check.tensor("output.aggregated", aggregated)
    let saliency = try head.saliency(of: frames, texts)
    try check.tensor("output.saliency", saliency)
    let (units, shares, width) = (aggregated.dividedByLength().floats, saliency.floats, frames.shape[2])
    let (steps, count) = (frames.shape[1], saliency.shape[1])
    var attended: [Double] = []
    for pair in 0..<frames.shape[0] * count {
      for column in 0..<width {
        attended.append(
          (0..<steps).reduce(0) {
            $0 + Double(shares[pair * steps + $1]) * Double(units[(pair / count * steps + $1) * width + column])
          })
      }
    }
    try check("output.attended", attended, shape: [frames.shape[0], count, width])
  }

  @Test func oneProcessHasTheGradientsOfAllRanks() throws {
    try Golden.each("bike.gather_ranks") { file, check in
      let config = file.config
      let (ranks, each) = (try #require(config["world_size"].int), try #require(config["per_rank_batch"].int))
      var shape = VideoHeadConfiguration(
        width: try #require(config["embed"].int), headCount: 1,
        temporal: try #require(TemporalModule(rawValue: config["sim_header"].string ?? "")),
        interaction: try #require(Interaction(rawValue: config["interaction"].string ?? "")))
      shape.temperature = Float(try #require(config["vcs_temperature"].double))
      let head = try VideoHead(shape)
      let texts = CLIPTexts(
        sentences: try file.tensor("input.text_cls_emb"), tokens: try file.tensor("input.text_token_emb"))
      let (labels, pairs) = (try file.ints("input.labels"), try PairLoss(golden: config))
      let inputs = try file.tensor("input.x")
      let steps = try #require(config["frames"].int)
      let scale = exp(try #require(file.floats("input.logit_scale_log").first))

      /// The gradients of the encoder and of the scale's logarithm where gradients flow through some samples alone.
      func gradients(of samples: Range<Int>) throws -> (loss: Float, encoder: Tensor, scale: Float) {
        let encoder = Parameter("A", try file.tensor("input.A").permuted(1, 0))
        let factor = Parameter("scale", Tensor(scale))
        let rows = inputs.reshaped(ranks * each * steps, inputs.shape[3]).linear(encoder.value)
        let all = rows.reshaped(ranks * each, steps, encoder.shape[0])
        let parts = (0..<ranks * each).map { sample -> Tensor in
          let part = all.slice(sample..<sample + 1, axis: 0)
          return samples.contains(sample) ? part : part.detached
        }
        let scores = try head.scores(of: .concatenated(parts, axis: 0), texts)
        let loss = try pairs(scaled(scores, factor), labels: labels)
        loss.backward()
        return (
          loss.scalar, try #require(encoder.gradient).permuted(1, 0), try #require(factor.gradient).scalar * scale
        )
      }

      let whole = try gradients(of: 0..<ranks * each)
      try check("output.loss", whole.loss)
      try check.tensor("grad.A_single_process", whole.encoder)
      // A process sees its own part of the encoder's gradient, and the mean of all parts is not their sum.
      let own = try (0..<ranks).map { try gradients(of: $0 * each..<($0 + 1) * each) }
      let encoders = own.map(\.encoder)
      try check.tensor(
        "grad.A_per_rank",
        .concatenated(encoders.map { $0.reshaped([1] + $0.shape.dimensions) }, axis: 0))
      try check.tensor(
        "grad.A_averaged", encoders.dropFirst().reduce(encoders[0]) { $0 + $1 } / Float(ranks))
      try check("grad.logit_scale_per_rank", own.map(\.scale))
      for rank in own { #expect(abs(rank.scale - whole.scale) <= 1e-5 * abs(whole.scale)) }
    }
  }

  @Test func sentencesMatchTheReference() throws {
    try Golden.each("bike.attributes_branch") { file, check in
      let config = file.config
      let head = SentenceHead(width: try #require(config["embed"].int))
      try file.load(into: head.parameters) { $0 }
      let (labels, sentences) = (try file.ints("input.labels"), try file.tensor("input.sentence_cls"))
      let classes = try file.tensor("input.class_cls")
      let scale = exp(try #require(file.floats("input.logit_scale_log").first))
      let factor = Parameter("scale", Tensor(scale))
      let raw = try head.scores(of: sentences, prompts: classes.rows(at: labels))
      try check.tensor("output.train_raw_logits", raw)
      let loss = try PairLoss(golden: config)(scaled(raw, factor), labels: labels)
      try check("output.loss", loss.scalar)
      loss.backward()
      for name in head.parameters.declarations.map(\.name) {
        try check.tensor("grad.\(name)", try #require(head.parameters[name]?.gradient))
      }
      try check("grad.logit_scale", try #require(factor.gradient).scalar * scale)

      try withoutGradients {
        let logits = try head.scores(of: sentences, prompts: classes)
        try check.tensor("output.eval_raw_logits", logits)
        let shares = logits.softmax()
        try check.tensor("output.eval_sims", shares)
        let videos = try file.tensor("input.video_sims")
        let weights = try ["fusion_video", "fusion_sentence"].map { Float(try #require(config[$0].double)) }
        let fused = videos * weights[0] + shares * weights[1]
        try check.tensor("output.fused", fused)
        for (name, scores) in [("video", videos), ("sentence", shares), ("fused", fused)] {
          try check("output.top1_\(name)", accuracy(scores, labels, first: 1))
          try check("output.top5_\(name)", accuracy(scores, labels, first: 5))
        }
      }
    }
  }

  /// The share of rows whose class is among the first, in percent.
  private func accuracy(_ scores: Tensor, _ labels: [Int], first: Int) -> Double {
    let (values, width) = (scores.floats, scores.shape[1])
    let right = labels.enumerated().count { row, label in
      let own = Array(values[row * width..<(row + 1) * width])
      return own.indices.count { own[$0] > own[label] || own[$0] == own[label] && $0 < label } < first
    }
    return 100 * Double(right) / Double(labels.count)
  }

  @Test func namesAndShapesAreThoseOfTheReference() throws {
    guard let models = try goldenJSON("bike/structure.json") else { return }
    for (arch, entry) in try #require(models.object) {
      let width = try #require(entry["config"]["embed_dim"].int)
      let heads = [
        ("video_head", try VideoHead(VideoHeadConfiguration(width: width)).parameters),
        ("sentence_head", SentenceHead(width: width).parameters),
      ]
      for (name, store) in heads {
        let parameters = try #require(entry[name]["parameters"].array)
        #expect(store.declarations.map(\.name) == parameters.compactMap { $0[0].string }, "\(arch)")
        #expect(store.declarations.map(\.shape.dimensions) == parameters.compactMap { $0[1].ints }, "\(arch)")
        #expect(store.elementCount == entry[name]["count"].int, "\(arch)")
      }
      // Without a temporal module there is nothing to learn.
      #expect(try VideoHead(VideoHeadConfiguration(width: width, temporal: .none)).parameters.declarations.isEmpty)
    }
  }

  @Test func headsBeginAsThePublishedOnesDo() throws {
    let head = try VideoHead(VideoHeadConfiguration(width: 64, depth: 1))
    let sentences = SentenceHead(width: 64)
    for store in [head.parameters, sentences.parameters] {
      store.initialize(seed: 5)
      for parameter in store.parameters {
        let values = parameter.value.floats.map(Double.init)
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        if parameter.name.hasSuffix("bias") {
          #expect(values.allSatisfy { $0 == 0 }, "\(parameter.name)")
        } else if parameter.name.contains("ln_") {
          #expect(values.allSatisfy { $0 == 1 }, "\(parameter.name)")
        } else if parameter.name.hasSuffix("in_proj_weight") {
          // Uniform with the variance 2 / (inputs + outputs).
          #expect(abs(deviation / (2 / Double(64 + 192)).squareRoot() - 1) < 0.05, "\(parameter.name)")
        } else {
          #expect(abs(deviation / 0.02 - 1) < 0.06, "\(parameter.name)")
        }
      }
    }
  }
}
