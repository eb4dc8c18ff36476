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
      model.parameters.fillByFormula()
      let video = try file.formulaClips(model.configuration)
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
      model.parameters.fillByFormula()
      let recorder = Recorder()
      let logits = try withoutGradients {
        try model.logits(of: try file.formulaClips(backbone.configuration), recorder.pass())
      }
      try check.observed(by: recorder)
      try check.tensor("output.logits", logits)
    }
  }
}
