import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// VideoMAE at its published size, with weights of a formula; part of the long tier.
@Suite(.enabled(if: isLongTier), .serialized)
struct FullSizeVideoMAETests {
  @Test func pretrainingMatchesTheReference() throws {
    try Golden.each("videomae.full_base_formula") { file, check in
      let model = try VideoMAE(VideoMAEConfiguration(pretraining: file.config))
      fill(model.parameters)
      let video = try video(file, model.configuration)
      let mask = try file.bytes("input.mask")
      let recorder = Recorder()
      let prediction = try withoutGradients {
        try model.hiddenPrediction(of: video, hidden: mask, recorder.pass())
      }
      for (name, value) in recorder.values where name == "encoder" || name == "patch_embed" {
        if name == "encoder" { try check("output.encoder", value.floats) }
        guard name == "patch_embed" else { continue }
        // The reference kept tokens at the corners of the grid: first, second, ends of the first time step, last.
        let grid = model.configuration.tokenGrid
        let plane = grid.height * grid.width
        try check("output.patch_embed_rows", value.tokens(at: [[0, 1, plane - 1, plane, grid.count - 1]]).floats)
      }
      let target = pixelTargets(
        video, mask, model.configuration, isNormalized: file.config["normalize_target"].bool == true)
      try check("output.loss", prediction.loss(to: target).scalar)
      let rows = try file.ints("input.rows")
      try check("output.pred_rows", prediction.tokens(at: [rows]).floats)
      try check("output.target_rows", target.tokens(at: [rows]).floats)
      let values = prediction.floats.map(Double.init)
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      try check("output.pred_mean", mean)
      try check("output.pred_abs_mean", values.reduce(0) { $0 + $1.magnitude } / count)
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      try check("output.pred_std", (square / (count - 1)).squareRoot())
    }
  }

  @Test func classificationMatchesTheReference() throws {
    try Golden.each("videomae.full_base_finetune_formula") { file, check in
      let backbone = try VideoViT(VideoMAEConfiguration(classification: file.config))
      let model = try Classifier(backbone, classCount: try #require(file.config["num_classes"].int))
      fill(model.parameters)
      let recorder = Recorder()
      let logits = try withoutGradients {
        try model.logits(of: try video(file, backbone.configuration), recorder.pass())
      }
      try check.observed(by: recorder)
      try check.tensor("output.logits", logits)
    }
  }

  private func video(_ file: GoldenFile, _ configuration: VideoMAEConfiguration) throws -> Tensor {
    let ordinal = try #require(file.config["video_ordinal"].int)
    let scale = try #require(file.config["video_scale"].double)
    let batch = try #require(file.config["batch"].int)
    return Tensor([batch, 3, configuration.frameCount, configuration.height, configuration.width]) { elements in
      for index in elements.indices { elements[index] = Float(scale * formulaValue(index, ordinal)) }
    }
  }

  /// Gives every parameter the formula's numbers; its place in the checkpoint's order is its ordinal.
  private func fill(_ store: ParameterStore) {
    for (ordinal, parameter) in store.parameters.enumerated() {
      let rank = parameter.shape.rank
      let isScale = parameter.name.hasSuffix("weight")
      let isMaskToken = parameter.name.hasSuffix("mask_token")
      let spread = 3.0.squareRoot() / Double(parameter.shape.dimensions.dropFirst().reduce(1, *)).squareRoot()
      parameter.update { elements in
        for index in elements.indices {
          let x = formulaValue(index, ordinal)
          let value = rank == 1 ? (isScale ? 1 + 0.1 * x : 0.05 * x) : isMaskToken ? 0.1 * x : x * spread
          elements[index] = Float(value)
        }
      }
    }
  }

  /// The formula `splitmix64-b`: a number in −1 ..< 1 for an index and the number of a tensor.
  private func formulaValue(_ index: Int, _ ordinal: Int) -> Double {
    var word = (UInt64(index) &+ UInt64(ordinal) << 32 &+ 1) &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    word ^= word >> 31
    return 2 * (Double(word >> 11) * 0x1p-53) - 1
  }
}
