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

/// SimVTP at its published size, with weights of a formula; part of the long tier.
@Suite(.enabled(if: isLongTier), .serialized)
struct FullSizeSimVTPTests {
  @Test func pretrainingMatchesTheReference() throws {
    try Golden.each("simvtp.full_base_formula") { file, check in
      let network = try SimVTP(SimVTPConfiguration(pretraining: file.config))
      network.parameters.fillByFormula()
      let batch = try file.pairs(network.configuration, clips: file.formulaClips(network.configuration.video))
      let recorder = Recorder()
      try withoutGradients {
        let output = try VideoTextModel(network)(batch, recorder.pass())
        let contrast = Contrast(temperature: Float(try #require(file.config["temperature"].double)))
        let terms = try VideoTextObjective(contrast: contrast).loss(of: output, for: batch)
        for term in terms.terms { try check("output.\(term.name)", term.value.scalar) }
        try check("output.loss", terms.sum.scalar)
        let rows = try file.ints("input.rows")
        let pixels = try #require(output.pixels)
        try check.tensor("output.pred_rows", pixels.tokens(at: [[Int]](repeating: rows, count: batch.count)))
        try checkTexts(network, batch, try #require(recorder.fused), file, check)
      }
      for (name, value) in recorder.values where ["match_logits", "text_single", "video_single"].contains(name) {
        try check.tensor("output.\(name)", value)
      }
    }
  }

  /// Compares what becomes of the texts that are beside their own videos.
  private func checkTexts(
    _ network: SimVTP, _ batch: VideoTextBatch, _ fused: Tensor, _ file: GoldenFile, _ check: GoldenChecker
  ) throws {
    let width = batch.texts.width
    let texts = fused.slice(0..<batch.count, axis: 0).slice(fused.shape[1] - width..<fused.shape[1], axis: 1)
    try check.tensor("output.fused_text", texts)
    let input = try network.input(
      clips: batch.video.clips, hidden: batch.video.hidden, ids: batch.texts.ids, lengths: batch.texts.lengths,
      .evaluation)
    let words = network.words(of: fused, input, at: Array(batch.texts.ids.indices))
    let (scores, count) = (words.floats, words.shape[1])
    let columns = try file.ints("input.vocab_columns")
    try check(
      "output.word_logits_columns", (0..<words.shape[0]).flatMap { row in columns.map { scores[row * count + $0] } },
      shape: [batch.count, width, columns.count])
  }
}
