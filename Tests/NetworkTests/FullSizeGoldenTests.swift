import Foundation
import SluiceCheckpoints
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// The networks at their published sizes, with weights of a formula; part of the long tier.
@Suite(.enabled(if: isLongTier), .serialized)
struct FullSizeGoldenTests {
  @Test func mvitMatchesTheReference() throws {
    try Golden.each("maskfeat.full_mvit_formula") { file, check in
      let run = try MaskFeatRun(file, described: file)
      try withoutGradients {
        let prediction = try run.model.prediction(of: run.clips, hidden: run.mask)
        try check("output.loss", try run.loss(prediction).scalar)
        let (batch, width) = (prediction.shape[0], prediction.shape[2])
        let places = try file.ints("input.token_index")
        let rows = prediction.tokens(at: [[Int]](repeating: places, count: batch))
        try check.tensor("output.pred_tokens", rows)
        let frames = run.frames(prediction)
        try check.tensor("output.pred_frame_mean", frames.mean(over: 2))
        try check("output.pred_frame_rms", (frames * frames).mean(over: 2).floats.map { $0.squareRoot() })
        #expect(width == file.config["feature_dim"].int)
        let masked = try run.model.tokens(of: run.clips, hidden: run.mask).slice(0..<1, axis: 1)
        try check.tensor("output.cls_feature_masked", masked.reshaped(batch, -1))
        try check.tensor("output.cls_feature_unmasked", try run.model.features(of: run.clips))
      }
      try check("output.total_parameters", [run.model.parameters.elementCount])
      try checkFormula(file)
    }
  }

  @Test func mvitGradientsMatchTheReference() throws {
    try Golden.each("maskfeat.full_mvit_gradient_norms") { file, check in
      let described = try #require(
        try Golden.files(ofKinds: ["maskfeat.full_mvit_formula"]).first {
          $0.url.deletingPathExtension().lastPathComponent == file.config["same_as"].string
        })
      let run = try MaskFeatRun(file, described: described)
      let loss = try run.loss(try run.model.prediction(of: run.clips, hidden: run.mask))
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradientNorms(of: run.model.parameters, named: checkpointName)
    }
  }

  @Test func timeSformerAndViViTMatchTheReference() throws {
    try Golden.each("timesformer-vivit.full_timesformer_formula", "timesformer-vivit.full_vivit_formula") {
      file, check in
      let recorder = Recorder()
      let model = try classifier(file)
      let logits = try withoutGradients { try model.logits(recorder.pass()) }
      try check.tensor("output.logits", logits)
      for (name, value) in recorder.values where name == "features" || name == "embedded" {
        if name == "features" { try check.tensor("output.features", value) }
        if name == "embedded", file.has("output.embedded_slice") {
          let slice = try file.shape("output.embedded_slice")
          let corner = value.slice(0..<1, axis: 0).slice(0..<slice[0], axis: 1).slice(0..<slice[1], axis: 2)
          try check("output.embedded_slice", corner.floats)
        }
      }
      try check("output.total_parameters", [model.parameters.elementCount])
      try checkFormula(file)
    }
  }

  @Test func timeSformerAndViViTGradientsMatchTheReference() throws {
    try Golden.each(
      "timesformer-vivit.full_timesformer_gradient_norms", "timesformer-vivit.full_vivit_gradient_norms"
    ) { file, check in
      let model = try classifier(file)
      let label = try #require(file.config["label"].int)
      let loss = try model.logits(.evaluation).crossEntropy(
        labels: [Int](repeating: label, count: try #require(file.config["batch"].int)))
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradientNorms(of: model.parameters) { $0 }
    }
  }

  private func classifier(
    _ file: GoldenFile
  ) throws -> (
    parameters: ParameterStore, logits: (ForwardPass) throws -> Tensor
  ) {
    let configuration = try SpaceTimeConfiguration(golden: file.config)
    let classes = try #require(file.config["classes"].int)
    let clips = try formulaClips(file, configuration.frameCount, configuration.imageSize)
    if file.config["arch"].string == "vivit" {
      let model = try Classifier(ViViT(configuration), classCount: classes)
      try fill(model.parameters, file)
      return (model.parameters, { try model.logits(of: clips, $0) })
    }
    let model = try Classifier(TimeSformer(configuration), classCount: classes)
    try fill(model.parameters, file)
    return (model.parameters, { try model.logits(of: clips, $0) })
  }

  private func checkFormula(_ file: GoldenFile) throws {
    let ordinal = try #require(file.config["clip_ordinal"].int)
    for (key, ordinal) in [("input.check.first", 0), ("input.check.clip", ordinal)] where file.has(key) {
      let stored = try file.doubles(key)
      for (index, value) in stored.enumerated() {
        #expect(abs(formulaValue(index, ordinal) - value) < 1e-6, "\(key) \(index)")
      }
    }
  }
}

/// One masked training step of MaskFeat on the formula's numbers.
private struct MaskFeatRun {
  let configuration: MViTConfiguration
  let model: MViT
  let clips: Tensor
  let mask: [UInt8]
  private let file: GoldenFile
  private let markers: [[Int]]

  /// - Parameter described: the file with mask and markers.
  init(_ file: GoldenFile, described: GoldenFile) throws {
    self.file = file
    configuration = try MViTConfiguration(golden: file.config)
    model = try MViT(configuration, predictionWidth: file.config["feature_dim"].int)
    try fill(model.parameters, file, name: checkpointName)
    clips = try formulaClips(file, configuration.frameCount, configuration.imageSize)
    mask = try described.ints("input.mask").map { UInt8($0) }
    markers = try (0..<clips.shape[0]).map { try described.ints("input.marker\($0)") }
  }

  /// The prediction as one row for each frame, `[B, T, h · w · C]`.
  func frames(_ prediction: Tensor) -> Tensor {
    let grid = configuration.tokenGrid
    let slots = configuration.frameCount / grid.time
    return prediction.reshaped(prediction.shape[0], grid.time, grid.height * grid.width, slots, -1)
      .permuted(0, 1, 3, 2, 4).reshaped(prediction.shape[0], configuration.frameCount, -1)
  }

  func loss(_ prediction: Tensor) throws -> Tensor {
    let grid = configuration.tokenGrid
    let slots = configuration.frameCount / grid.time
    let width = prediction.shape[2] / slots
    let plane = grid.height * grid.width * width
    let ordinal = try #require(file.config["target_ordinal"].int)
    let targets = markers.enumerated().map { sample, marker in
      let centres = stride(from: 0, to: marker.count, by: 2).map { 2 * marker[$0] + marker[$0 + 1] }.sorted()
      let values = centres.flatMap { centre in
        let start = (sample * configuration.frameCount + centre) * plane
        return (start..<start + plane).map { Float(formulaValue($0, ordinal)) }
      }
      return MaskedRegression.Frames(
        centres, values: Tensor(values, shape: [centres.count, grid.height, grid.width, width]))
    }
    let masks = targets.indices.map { sample in
      TokenMask(
        steps: grid.time, rows: grid.height, columns: grid.width,
        values: Array(mask[sample * grid.count..<(sample + 1) * grid.count]))
    }
    return try MaskedRegression.loss(
      of: prediction,
      to: MaskedRegression.Targets(targets, masks: masks, slots: slots, frameCount: configuration.frameCount))
  }
}

/// The formula `mix32`: a number in −1…1 for an index and the number of a tensor.
private func formulaValue(_ index: Int, _ ordinal: Int) -> Double {
  var hash = UInt32(truncatingIfNeeded: index + 1) &* 0x9E37_79B1
  hash &+= UInt32(truncatingIfNeeded: ordinal + 1) &* 0x85EB_CA77
  hash ^= hash >> 16
  hash &*= 0x7FEB_352D
  hash ^= hash >> 15
  hash &*= 0x846C_A68B
  hash ^= hash >> 16
  return 2 * ((Double(hash) + 0.5) * 0x1p-32) - 1
}

/// Gives every parameter the formula's numbers, in the order the file lists them.
private func fill(_ store: ParameterStore, _ file: GoldenFile, name: (String) -> String = { $0 }) throws {
  let offset = file.config["ordinal_offset"].int ?? 0
  for (ordinal, entry) in try #require(file.config["parameters"].array).enumerated() {
    let listed = try #require(entry.string ?? entry[0].string)
    let parameter = try #require(store[name(listed)], "\(listed) is no parameter of the model")
    let rank = parameter.shape.rank
    let isScale = listed.hasSuffix("weight")
    let fan = parameter.shape.dimensions.dropFirst().reduce(1, *)
    let spread = (3 / Double(fan)).squareRoot()
    parameter.update { elements in
      for index in elements.indices {
        let x = formulaValue(index, ordinal + offset)
        let value = rank == 1 ? (isScale ? 1 + 0.1 * x : 0.1 * x) : rank == 3 ? 0.2 * x : x * spread
        elements[index] = Float(value)
      }
    }
  }
}

/// The formula's clips, stored `[B, T, 3, H, W]`, as `[B, 3, T, H, W]`.
private func formulaClips(_ file: GoldenFile, _ frames: Int, _ size: Int) throws -> Tensor {
  let ordinal = try #require(file.config["clip_ordinal"].int)
  let batch = try #require(file.config["batch"].int)
  let stored = Tensor([batch, frames, 3, size, size]) { elements in
    for index in elements.indices { elements[index] = Float(formulaValue(index, ordinal)) }
  }
  return stored.permuted(0, 2, 1, 3, 4)
}

extension GoldenChecker {
  /// Compares norm and first values of the gradient of every parameter the file lists.
  fileprivate func gradientNorms(of store: ParameterStore, named name: (String) -> String) throws {
    var norms: [Double] = []
    var heads: [Float] = []
    let kept = file.has("output.grad_head") ? try file.shape("output.grad_head")[1] : 0
    for listed in try #require(file.config["parameters"].array) {
      let listed = try #require(listed.string ?? listed[0].string)
      let parameter = try #require(store[name(listed)], "\(listed) is no parameter of the model")
      let gradient = parameter.gradient?.floats ?? []
      norms.append(gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
      heads += (0..<kept).map { $0 < gradient.count ? gradient[$0] : 0 }
    }
    try self("output.grad_norm", norms)
    try self("output.grad_head", heads)
  }
}
