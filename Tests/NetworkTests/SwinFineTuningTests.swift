import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Video Swin as BEVT fine-tunes it: the head, the steps, and the weights that it begins with.
@Suite struct SwinFineTuningTests {
  @Test(arguments: Precision.allCases) func classificationIsTheReferences(_ precision: Precision) throws {
    try Golden.each("bevt.finetune", precision: precision) { file, check in
      let classes = try #require(file.config["num_classes"].int)
      let model = try Classifier(VideoSwin(SwinConfiguration(file.config)), classCount: classes)
      try file.load(into: model.parameters) { $0 }
      let scores = try model.logits(of: file.tensor("input.x"))
      try check.tensor("output.scores", scores)
      let labels = try file.ints("input.label")
      for (key, rule) in [("prob", ViewAverage.Rule.probability), ("score", .score)] {
        var average = ViewAverage(rule)
        average.add(scores, samples: labels.map { _ in 0 }, views: Array(labels.indices))
        try check.tensor("output.average_clips_\(key)", average.scores)
      }
      let smoothing = try #require(file.config["smoothing"].double)
      let target = softTarget(labels, classes, smoothing: smoothing)
      if try file.shape("input.soft_label").count == 2 {
        #expect(zip(target.floats, try file.floats("input.soft_label")).allSatisfy { abs($0 - $1) < 1e-6 })
      }
      let loss = smoothing == 0 ? scores.crossEntropy(labels: labels) : scores.crossEntropy(target: target)
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: model.parameters) { $0 }
    }
  }

  private func softTarget(_ labels: [Int], _ classes: Int, smoothing: Double) -> Tensor {
    let off = Float(smoothing / Double(classes))
    return Tensor([labels.count, classes]) { elements in
      for (row, label) in labels.enumerated() {
        for column in 0..<classes { elements[row * classes + column] = off }
        elements[row * classes + label] += Float(1 - smoothing)
      }
    }
  }

  @Test func trainingFollowsTheReference() throws {
    try Golden.each("bevt.train_steps") { file, check in
      let config = file.config
      let model = try Classifier(
        VideoSwin(SwinConfiguration(config)), classCount: try #require(config["num_classes"].int))
      try file.load(into: model.parameters) { $0 }
      let accumulation = try #require(config["accumulate"].int)
      let (batches, length) = (try #require(config["micro_iterations"].int), try #require(config["max_iters"].int))
      let optimizer = Optimizer(try configuration(config), store: model.parameters)
      var (losses, rates, norms): ([Float], [Double], [Double]) = ([], [], [])
      let (clips, labels) = (try file.tensor("input.x"), try file.ints("input.label"))
      let size = clips.shape[1]
      for batch in 0..<batches {
        let own = clips.slice(batch..<batch + 1, axis: 0).reshaped(Shape(Array(clips.shape.dimensions.dropFirst())))
        let loss = try model.logits(of: own).crossEntropy(labels: Array(labels[batch * size..<(batch + 1) * size]))
        losses.append(loss.scalar)
        loss.backward(scale: 1 / Float(accumulation))
        let progress = TrainingProgress(
          batch: batch, of: length, accumulation: accumulation, epochProgress: Double(batch) / Double(length), of: 1)
        rates.append(optimizer.configuration.schedule.rate(at: progress))
        if (batch + 1).isMultiple(of: accumulation) { norms.append(try optimizer.step(at: progress).gradientNorm) }
        optimizer.finishBatch()
        for name in file.names(under: "output.after_update\((batch + 1) / accumulation).")
        where (batch + 1).isMultiple(of: accumulation) {
          try check.tensor(
            "output.after_update\((batch + 1) / accumulation).\(name)", try #require(model.parameters[name]).value)
        }
      }
      try check("output.losses", losses)
      try check("output.lr_base", rates)
      try check("output.grad_norms_before_clip", norms)
      let averages = try #require(optimizer.average?.values)
      for name in file.names(under: "output.ema.") {
        try check.tensor("output.ema.\(name)", try #require(averages[name]))
      }
    }
  }

  private func configuration(_ config: JSONValue) throws -> OptimizerConfiguration {
    var configuration = try OptimizerConfiguration.bevt(config)
    configuration.average = Averaging(
      decay: 1 - (try #require(config["ema"]["momentum"].double)), every: .micro,
      ramp: try #require(config["ema"]["warm_up"].int))
    return configuration
  }

  @Test func imageWeightsAreInflatedAsTheReferenceDoes() throws {
    try Golden.each("bevt.inflate_swin3d") { file, check in
      let model = try VideoSwin(SwinConfiguration(file.config))
      let report = try inflated(file, into: model)
      #expect(report.missing == [] && report.loaded.count == model.parameters.declarations.count)
      try check.inflated(model.parameters)
    }
    try Golden.each("bevt.inflate_bevt") { file, check in
      let model = try BEVT(SwinConfiguration(file.config))
      let report = try inflated(file, into: model)
      // What images' files have not begins anew.
      let anew = model.parameters.declarations.map(\.name).filter { name in
        ["mask_token", "lm_down", "fpn", "lm_head"].contains { name.contains($0) }
      }
      #expect(Set(model.parameters.declarations.map(\.name)).subtracting(report.loaded) == Set(anew))
      try check.inflated(model.parameters)
    }
  }

  /// Writes a file's inputs as weights of images and reads them into a model.
  private func inflated(_ file: GoldenFile, into model: some PublishedModel) throws -> LoadReport {
    try withTemporaryFolder { folder in
      let path = "\(folder)/images.safetensors"
      let contents = try file.names(under: "input.").filter { !$0.hasSuffix("relative_position_index") }.map { name in
        let values = try file.floats("input.\(name)")
        return TensorContent(
          TensorInfo(name: "model/\(name)", type: .float32, shape: try file.shape("input.\(name)")),
          bytes: values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
      }
      try SafetensorsFile.write(contents, to: path)
      let report = try PublishedWeights(opening: path).load(into: model.parameters, layouts: model.layouts)
      #expect(report.unfit == [])
      return report
    }
  }

  /// A Video Swin has no patches of images: they are made of those of clips, and undo how these are inflated.
  @Test func bothStreamsBeginWithAVideoSwin() throws {
    let shape = SwinConfiguration(
      frameCount: 4, imageSize: 32, dimension: 8, depths: [1, 1], headCounts: [1, 2], window: GridStride(2, 2, 2))
    let swin = try VideoSwin(shape)
    swin.parameters.initialize(seed: 3)
    try withTemporaryFolder { folder in
      let path = folder + "/swin.safetensors"
      try SafetensorsFile.write(
        swin.parameters.values.map { name, value in
          TensorContent(String(name.dropFirst("backbone.".count)), value)
        }, to: path)
      let model = try BEVT(shape, vocabularySize: 16)
      model.parameters.initialize(seed: 4)
      let report = try PublishedWeights(opening: path).load(into: model.parameters, layouts: model.layouts)
      #expect(report.layout == "swin" && report.unfit.isEmpty && report.unexpected.isEmpty)
      func values(_ name: String, _ store: ParameterStore) throws -> [Float] {
        try #require(store["backbone." + name], "\(name)").value.floats
      }
      let clips = try values("patch_embed.proj.weight", swin.parameters)
      #expect(try values("patch_embed.proj.weight", model.parameters) == clips)
      let images = try values("patch_embed_2d.proj.weight", model.parameters)
      // [8, 3, 2, 4, 4]: both frames of a filter.
      for (index, value) in images.enumerated() {
        let (plane, pixel) = (index / 16, index % 16)
        #expect(value == clips[32 * plane + pixel] + clips[32 * plane + 16 + pixel])
      }
      #expect(
        try values("patch_embed_2d.norm.weight", model.parameters)
          == values("patch_embed.norm.weight", swin.parameters))
      #expect(
        report.missing.allSatisfy { name in ["mask_token", "lm_down", "fpn", "lm_head"].contains { name.contains($0) } }
      )
    }
  }

  @Test func tablesOfDistancesAreResizedAsTheReferenceDoes() throws {
    try Golden.each("bevt.relpos_resize3d") { file, check in
      let (old, new) = (
        try GridStride(file.config["pretrained_window"]), try GridStride(file.config["window"])
      )
      let table = ShapeFit.linearlyResized(
        try file.tensor("input.table"), from: [old.time, old.height, old.height].map { 2 * $0 - 1 },
        to: [new.time, new.height, new.width].map { 2 * $0 - 1 })
      try check.tensor("output.table", table)
    }
  }

  @Test func scoresOfViewsAreCountedAsSpecified() throws {
    try Golden.each("bevt.metrics") { file, check in
      let (views, classes) = (try #require(file.config["views"].int), try #require(file.config["classes"].int))
      let scores = try file.tensor("input.scores").reshaped(-1, classes)
      let labels = try file.ints("input.labels")
      for (key, rule) in [("prob", ViewAverage.Rule.probability), ("score", .score)] {
        var average = ViewAverage(rule)
        let rows = 0..<scores.shape[0]
        average.add(scores, samples: rows.map { $0 / views }, views: rows.map { $0 % views })
        try check("output.average_\(key)", average.scores.floats)
        var counts = ClassificationCounts(classCount: classes)
        counts.add(logits: average.scores, labels: labels)
        try check("output.\(key).top1", counts.top1)
        try check("output.\(key).top5", counts.top5)
        try check("output.\(key).mean_class_accuracy", counts.meanClassAccuracy)
      }
      // As the evaluation does it: logits of the mean probability.
      let direct = scores.meanProbabilityOverViews(views)
      let probabilities = direct.floats.map { Float(exp(Double($0))) }
      try check("output.average_prob", probabilities)
    }
  }
}

extension GoldenChecker {
  /// Compares the parameters that a file says.
  fileprivate func inflated(_ store: ParameterStore) throws {
    for name in file.names(under: "output.") {
      try tensor("output.\(name)", try #require(store["backbone.\(name)"], "\(name)").value)
    }
  }
}
