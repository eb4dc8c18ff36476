import Foundation
import SluiceCheckpoints
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// BEVT and its tokenizer at their published sizes, with weights of a formula; part of the long tier.
@Suite(.enabled(if: isLongTier), .serialized)
struct FullSizeBEVTTests {
  @Test func pretrainingMatchesTheReference() throws {
    try Golden.each("bevt.full_bevt_pretrain") { file, check in
      let vocabulary = try #require(file.config["vocab"].int)
      let model = try BEVT(SwinConfiguration(file.config), vocabularySize: vocabulary)
      try fill(model.parameters, file)
      let (frames, size) = (try #require(file.config["frames"].int), try #require(file.config["image_size"].int))
      let batch = try #require(file.config["batch"].int)
      let video = try input("video", [batch, 3, frames, size, size], file)
      let image = try input("image", [batch, 3, 1, size, size], file)
      try withoutGradients {
        let (videoMask, imageMask) = (try file.bytes("input.video_mask"), try file.bytes("input.image_mask"))
        let area = imageMask.count / batch
        // Each time step stands for two frames.
        let shown = stride(from: 0, to: videoMask.count, by: area).flatMap { start in
          (0..<2).flatMap { _ in videoMask[start..<start + area] }
        }
        let streams: [(String, String, Tensor, [UInt8])] = [
          ("video", "3d", try model.clipFeatures(of: video, hidden: videoMask), shown),
          ("image", "2d", try model.imageFeatures(of: image, hidden: imageMask), imageMask),
        ]
        for (name, loss, features, hidden) in streams {
          let width = features.shape[2]
          let rows = features.reshaped(-1, width)
          let selected = try file.ints("output.\(name)_tokens_sel")
          try check("output.\(name)_tokens_sel", selected)
          try check.tensor("output.\(name)_features_sel", rows.rows(at: selected))
          let (means, deviations) = statistics(rows)
          try check("output.\(name)_token_mean", means)
          try check("output.\(name)_token_std", deviations)
          let cells = hidden.indices.filter { hidden[$0] != 0 }
          let words = try file.ints("input.\(name)_tokens")
          let targets = VisualTokens(cells: cells, words: cells.map { words[$0] })
          let prediction = try TokenPrediction(of: model.logits(of: features, at: cells), to: targets)
          try check("output.loss_cls_\(loss)", prediction.loss.scalar)
          guard name == "video" else { continue }
          let four = stride(from: 0, to: selected.count, by: 8).map { selected[$0] }
          try check.tensor("output.video_logits_sel4", model.logits(of: features, at: four))
        }
      }
    }
  }

  @Test func classificationMatchesTheReference() throws {
    try Golden.each("bevt.full_k400_finetune") { file, check in
      let classes = try #require(file.config["num_classes"].int)
      let backbone = try VideoSwin(SwinConfiguration(file.config))
      let model = try Classifier(backbone, classCount: classes)
      try fill(model.parameters, file)
      let (frames, size) = (try #require(file.config["frames"].int), try #require(file.config["image_size"].int))
      let video = try input("video", [try #require(file.config["batch"].int), 3, frames, size, size], file)
      try withoutGradients {
        let map = try backbone.map(of: video)
        let area = map.grid.height * map.grid.width
        let first = map.tokens.slice(0..<area, axis: 1).permuted(0, 2, 1)
        try check.tensor(
          "output.feature_d0", first.reshaped(first.shape[1], map.grid.height, map.grid.width))
        try check.tensor("output.pooled", map.tokens.mean(over: 1))
        let scores = try model.logits(of: video)
        try check.tensor("output.scores", scores)
        try check.tensor("output.prob", scores.softmax())
      }
    }
  }

  @Test func theTokenizerMatchesTheReference() throws {
    try Golden.each("dvae.full_dvae") { file, check in
      var shape = DVAEConfiguration()
      shape.vocabularySize = try #require(file.config["vocab_size"].int)
      (shape.width, shape.wordWidth) = (
        try #require(file.config["n_hid"].int), try #require(file.config["n_init"].int)
      )
      shape.blockCount = try #require(file.config["n_blk_per_group"].int)
      let (encoder, decoder) = (try DVAEEncoder(shape), try DVAEDecoder(shape))
      try fill(encoder.parameters, file, list: file.config["parameter_list"]["encoder"])
      try fill(decoder.parameters, file, list: file.config["parameter_list"]["decoder"])
      let grid = try file.shape("output.tokens")
      let (rows, columns) = (grid[1], grid[2])
      let ordinal = try #require(file.config["ordinals"]["input"].int)
      let seed = try #require(file.config["seed"].int)
      let frame = Tensor([1, 3, 8 * rows, 8 * columns]) { elements in
        for index in elements.indices {
          let (color, inside) = index.quotientAndRemainder(dividingBy: 64 * rows * columns)
          let (y, x) = inside.quotientAndRemainder(dividingBy: 8 * columns)
          let cell = (color * rows + y / 8) * columns + x / 8
          elements[index] = Float(0.5 + 0.4 * unit(seed: seed, ordinal, cell))
        }
      }
      try withoutGradients {
        let logits = try encoder.logits(of: frame)
        let (values, width) = (logits.floats, shape.vocabularySize)
        let cells = (0..<rows * columns).map { Array(values[$0 * width..<($0 + 1) * width]) }
        try check("output.tokens", try encoder.tokens(of: frame), shape: grid)
        for (name, position) in file.config["logit_positions"].object ?? [:] {
          let (row, column) = (try #require(position[0].int), try #require(position[1].int))
          try check("output.\(name)", cells[row * columns + column])
        }
        let margins = cells.map { cell in
          let sorted = cell.sorted(by: >)
          return sorted[0] - sorted[1]
        }
        try check("output.top2_margin", margins, shape: grid)
        try check("output.logit_std", statistics(logits.reshaped(-1, width), isSample: true).deviations, shape: grid)
        let tokens = try file.ints("input.decoder_tokens")
        let size = try file.shape("input.decoder_tokens")
        try check.tensor("output.decoder_stats", try decoder.statistics(of: tokens, height: size[1], width: size[2]))
        try check.tensor("output.decoder_rgb", try decoder.frames(of: tokens, height: size[1], width: size[2]))
      }
    }
  }

  /// Mean and deviation of each row; that of a sample is divided by one less.
  private func statistics(_ rows: Tensor, isSample: Bool = false) -> (means: [Float], deviations: [Float]) {
    let (values, width) = (rows.floats, rows.shape[1])
    var (means, deviations): ([Float], [Float]) = ([], [])
    for start in stride(from: 0, to: values.count, by: width) {
      let row = values[start..<start + width].map(Double.init)
      let mean = row.reduce(0, +) / Double(width)
      let square = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      means.append(Float(mean))
      deviations.append(Float((square / Double(isSample ? width - 1 : width)).squareRoot()))
    }
    return (means, deviations)
  }

  private func input(_ name: String, _ shape: Shape, _ file: GoldenFile) throws -> Tensor {
    let ordinal = try #require(file.config["ordinals"][name].int)
    let (seed, scale) = (try #require(file.config["seed"].int), try #require(file.config["input_scale"].double))
    return Tensor(shape) { elements in
      for index in elements.indices { elements[index] = Float(scale * unit(seed: seed, ordinal, index)) }
    }
  }

  /// Gives every parameter the formula's numbers; names, shapes, offsets and scales stand in a list beside the file.
  private func fill(_ store: ParameterStore, _ file: GoldenFile, list: JSONValue? = nil) throws {
    let words = try #require((list ?? file.config["parameter_list"]).string).split(separator: ", ")
    let name = words[0].replacing("golden/", with: "")
    let url = try #require(try Golden.paths(where: { $0 == name }).first?.url, "\(name) is missing")
    let all = try JSONValue(json: String(contentsOf: url, encoding: .utf8))[String(words[1])]
    let rows = try #require(all["params"].array)
    #expect(rows.count == store.declarations.count)
    let seed = try #require(file.config["seed"].int)
    for row in rows {
      let name = try #require(row[1].string)
      let parameter = try #require(store[name], "\(name) is no parameter of the model")
      #expect(parameter.shape.dimensions == row[2].array?.compactMap(\.int), "\(name)")
      let (ordinal, offset, scale) = (
        try #require(row[0].int), try #require(row[3].double), try #require(row[4].double)
      )
      parameter.update { elements in
        for index in elements.indices { elements[index] = Float(offset + scale * unit(seed: seed, ordinal, index)) }
      }
    }
  }

  /// The formula `splitmix64-a`: a number in −1 ..< 1 for an index and the number of a tensor.
  private func unit(seed: Int, _ ordinal: Int, _ index: Int) -> Double {
    var z = UInt64(index) &+ UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(ordinal + 1) &* 0xD1B5_4A32_D192_ED03
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 40) / 8_388_608 - 1
  }
}
