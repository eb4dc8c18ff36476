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

/// BEVT's pre-training from clips and images to losses, gradients and parameters; the tokenizer is DALL-E's, made small.
@Suite struct TwoStreamGoldenTests {
  /// A file's network and tokenizer, with the file's weights.
  private struct Subject {
    let model: BEVT
    let encoder: DVAEEncoder

    init(_ file: GoldenFile) throws {
      let vocabulary = try #require(file.config["vocab"].int)
      var shape = DVAEConfiguration()
      shape.vocabularySize = vocabulary
      shape.width = try #require(file.config["dvae"]["n_hid"].int)
      shape.blockCount = try #require(file.config["dvae"]["n_blk_per_group"].int)
      model = try BEVT(SwinConfiguration(file.config), vocabularySize: vocabulary)
      encoder = try DVAEEncoder(shape)
      let inside = "cls_head.vae_encoder."
      for (store, isTokenizer) in [(encoder.parameters, true), (model.parameters, false)] {
        var values: [String: Tensor] = [:]
        for name in file.names(under: "param.") where name.hasPrefix(inside) == isTokenizer {
          values[isTokenizer ? String(name.dropFirst(inside.count)) : name] = try file.tensor("param.\(name)")
        }
        try store.load(values, mode: .exact)
      }
    }

    /// How far the most favored word of each cell is above the next.
    func margins(of frames: Tensor) throws -> [Float] {
      let logits = try encoder.logits(of: frames)
      let (values, width) = (logits.floats, logits.shape[2])
      return stride(from: 0, to: values.count, by: width).map { start in
        let row = values[start..<start + width].sorted(by: >)
        return row[0] - row[1]
      }
    }

    /// Clips `[B, 3, T, H, W]` or images `[B, 3, H, W]`, hidden where `mask` is not 0, whose cells are those of `shown`.
    func batch(
      _ input: Tensor, _ mask: [UInt8], shown: [UInt8], words: [Int]
    ) -> MaskedBatch<VisualTokens> {
      let side = model.configuration.patch.height << (model.configuration.depths.count - 2)
      let clips = input.shape.rank == 5 ? input : input.reshaped(input.shape[0], 3, 1, input.shape[2], input.shape[3])
      let (rows, columns) = (clips.shape[3] / side, clips.shape[4] / side)
      let cells = shown.indices.filter { shown[$0] != 0 }
      return MaskedBatch(
        clips: clips, hidden: mask,
        grid: TokenGrid(steps: mask.count / clips.shape[0] / rows / columns, rows: rows, columns: columns),
        targets: VisualTokens(cells: cells, words: cells.map { words[$0] }))
    }
  }

  /// Each time step of a mask `[B, t, cells]` twice.
  private func twice(_ mask: [UInt8], cells: Int) -> [UInt8] {
    stride(from: 0, to: mask.count, by: cells).flatMap { mask[$0..<$0 + cells] + mask[$0..<$0 + cells] }
  }

  @Test func bothStreamsTogetherAreTheReferences() throws {
    try Golden.each("bevt.bevt_twostream") { file, check in
      let subject = try Subject(file)
      let words = try ["video", "images"].map { try subject.encoder.tokens(of: file.tensor("input.\($0)_second")) }
      try check("output.tokens_video", words[0], shape: file.shape("output.tokens_video"))
      try check("output.tokens_image", words[1], shape: file.shape("output.tokens_image"))
      let margins = try ["video", "images"].flatMap {
        try subject.margins(of: try file.tensor("input.\($0)_second"))
      }
      try check("output.token_margin_min", try #require(margins.min()))
      let batch = TwoStreams(
        clips: subject.batch(
          try file.tensor("input.video"), try file.bytes("input.video_input_mask"),
          shown: try file.bytes("input.video_output_mask"), words: words[0]),
        images: subject.batch(
          try file.tensor("input.images"), try file.bytes("input.image_mask"),
          shown: try file.bytes("input.image_mask"), words: words[1]))
      let output = try subject.model(batch, .evaluation)
      let losses = try TwoStreamObjective().loss(of: output, for: batch)
      #expect(losses.terms.map(\.name) == ["loss_3d", "loss_2d"])
      try check("output.loss_cls_3d", losses.terms[0].value.scalar)
      try check("output.loss_cls_2d", losses.terms[1].value.scalar)
      try check("output.mask_acc_3d", Float(try #require(losses.metrics["mask_acc_3d"])))
      try check("output.mask_acc_2d", Float(try #require(losses.metrics["mask_acc_2d"])))
      let total = losses.terms[0].value + losses.terms[1].value
      try check("output.loss", total.scalar)
      total.backward()
      for name in file.names(under: "grad.") {
        let own = try #require(subject.model.parameters[name], "\(name) is no parameter of the model")
        try check.tensor("grad.\(name)", own.gradient ?? .zeros(own.shape))
      }
    }
  }

  @Test func trainingOnStreamsFollowsTheReference() throws {
    try Golden.each("bevt.twostream_steps") { file, check in
      let (config, subject) = (file.config, try Subject(file))
      let streams = try #require(config["streams"].array).compactMap(\.string)
      let (accumulation, length) = (try #require(config["accumulate"].int), try #require(config["max_iters"].int))
      let count = try #require(config["batches"].int)
      let optimizer = Optimizer(try .bevt(config), store: subject.model.parameters)
      var series: [String: [Double]] = [:]
      for iteration in 0..<(try #require(config["micro_iterations"].int)) {
        let number = iteration % count
        func stream(_ name: String, input: String, steps: Bool) throws -> MaskedBatch<VisualTokens>? {
          guard streams.contains(name) else { return nil }
          let words = try subject.encoder.tokens(of: file.tensor("input.\(input)_second_\(number)"))
          try check("output.tokens_\(name)_\(number)", words, shape: file.shape("output.tokens_\(name)_\(number)"))
          let key = "input.\(name)_mask_\(iteration)"
          let (mask, shape) = (try file.bytes(key), try file.shape(key))
          return subject.batch(
            try file.tensor("input.\(input)_\(number)"), mask,
            shown: steps ? twice(mask, cells: shape[shape.count - 2] * shape[shape.count - 1]) : mask, words: words)
        }
        let batch = TwoStreams(
          clips: try stream("video", input: "video", steps: true),
          images: try stream("image", input: "images", steps: false))
        let losses = try TwoStreamObjective().loss(of: subject.model(batch, .evaluation), for: batch)
        for term in losses.terms {
          series[term.name.replacing("loss_", with: "losses_"), default: []].append(Double(term.value.scalar))
        }
        for (name, value) in losses.metrics { series[name, default: []].append(value) }
        let total = losses.terms.dropFirst().reduce(losses.terms[0].value) { $0 + $1.value }
        total.backward(scale: 1 / Float(accumulation))
        let progress = TrainingProgress(
          batch: iteration, of: length, accumulation: accumulation, epochProgress: Double(iteration) / Double(length),
          of: 1)
        series["lr_base", default: []].append(optimizer.configuration.schedule.rate(at: progress))
        if (iteration + 1).isMultiple(of: accumulation) {
          series["grad_norms_before_clip", default: []].append(Double(try optimizer.step(at: progress).gradientNorm))
          let update = "output.after_update\((iteration + 1) / accumulation)."
          for name in file.names(under: update) {
            try check.tensor(update + name, try #require(subject.model.parameters[name]).value)
          }
        }
        optimizer.finishBatch()
      }
      for (name, values) in series { try check("output.\(name)", values) }
    }
  }
}
