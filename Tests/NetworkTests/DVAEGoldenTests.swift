import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct DVAEGoldenTests {
  private func configuration(_ config: JSONValue) throws -> DVAEConfiguration {
    var configuration = DVAEConfiguration()
    configuration.vocabularySize = try #require(config["vocab_size"].int)
    configuration.width = try #require(config["n_hid"].int)
    configuration.blockCount = try #require(config["n_blk_per_group"].int)
    if let width = config["n_init"].int { configuration.wordWidth = width }
    return configuration
  }

  @Test func encodingIsTheReferences() throws {
    try Golden.each("dvae.encoder") { file, check in
      let encoder = try DVAEEncoder(configuration(file.config))
      try file.load(into: encoder.parameters) { $0 }
      let frames = DVAEEncoder.mapped(try file.tensor("input.rgb01"))
      try check.tensor("output.mapped", frames)
      let logits = try encoder.logits(of: frames)
      let (height, width) = (frames.shape[2] / 8, frames.shape[3] / 8)
      try check.tensor(
        "output.logits", logits.permuted(0, 2, 1).reshaped(frames.shape[0], logits.shape[2], height, width))
      try check("output.tokens", try encoder.tokens(of: frames), shape: [frames.shape[0], height, width])
      let margins = stride(from: 0, to: logits.count, by: logits.shape[2]).map { start in
        let row = logits.floats[start..<start + logits.shape[2]].sorted(by: >)
        return row[0] - row[1]
      }
      try check("output.top2_margin", margins, shape: [frames.shape[0], height, width])
      for name in file.names(under: "output.tap.") {
        try check.tensor("output.tap.\(name)", try encoder.map(behind: name, of: frames))
      }
    }
  }

  @Test func decodingIsTheReferences() throws {
    try Golden.each("dvae.decoder") { file, check in
      let decoder = try DVAEDecoder(configuration(file.config))
      try file.load(into: decoder.parameters) { $0 }
      let (tokens, shape) = (try file.ints("input.tokens"), try file.shape("input.tokens"))
      try check.tensor("output.stats", try decoder.statistics(of: tokens, height: shape[1], width: shape[2]))
      try check.tensor("output.rgb", try decoder.frames(of: tokens, height: shape[1], width: shape[2]))
    }
  }
}
