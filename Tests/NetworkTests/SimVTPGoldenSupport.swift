import SluiceCheckpoints
import SluiceForward
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

extension SimVTPConfiguration {
  /// The configuration a golden file of pre-training describes.
  init(pretraining config: JSONValue) throws {
    try self.init(VideoMAEConfiguration(pretraining: config), config)
  }

  /// The configuration a golden file of the two towers describes.
  init(towers config: JSONValue) throws {
    try self.init(VideoMAEConfiguration(classification: config), config)
  }

  private init(_ video: VideoMAEConfiguration, _ config: JSONValue) throws {
    self.init(
      video: video, vocabularySize: try #require(config["vocab"].int),
      textPositions: try #require(config["max_pos"].int))
  }

  /// A network of eight visible and hidden tokens and a dozen words.
  static var tiny: SimVTPConfiguration {
    var video = VideoMAEConfiguration.small
    (video.frameCount, video.height, video.width, video.patchSize) = (4, 32, 32, 16)
    (video.dimension, video.headCount, video.depth) = (16, 2, 2)
    (video.decoderDimension, video.decoderHeadCount, video.decoderDepth) = (8, 2, 1)
    return SimVTPConfiguration(video: video, vocabularySize: 12, textPositions: 16)
  }

  /// Values of the grid of tokens as masks have it.
  var grid: TokenGrid {
    let grid = video.tokenGrid
    return TokenGrid(steps: grid.time, rows: grid.height, columns: grid.width)
  }
}

extension GoldenFile {
  /// The file's pairs: clips and texts, which are masked as the file says or as its draws do.
  /// - Parameter suffix: what the names of the inputs end with.
  func pairs(_ configuration: SimVTPConfiguration, clips: Tensor, suffix: String = "") throws -> VideoTextBatch {
    let mask = try bytes("input.mask\(suffix)")
    let pixels = pixelTargets(clips, mask, configuration.video, isNormalized: true)
    let targets = CellValues(
      cells: mask.indices.filter { mask[$0] != 0 }, values: pixels.reshaped(-1, pixels.shape[2]))
    let (ids, words) = try maskedWords(suffix)
    let negatives = try ints("input.negatives\(suffix)")
    return VideoTextBatch(
      video: MaskedBatch(clips: clips, hidden: mask, grid: configuration.grid, targets: targets),
      texts: try texts(ids, suffix: suffix), words: words,
      draws: negatives.enumerated().map { text, video in
        // In the middle of what draws this video.
        (Double(video < text ? video : video - 1) + 0.5) / Double(negatives.count - 1)
      })
  }

  /// Rows of ids whose lengths the file's attention mask says.
  func texts(_ ids: [Int], suffix: String = "") throws -> PaddedTexts {
    let key = "input.attention_mask\(suffix)"
    let (shape, attended) = (try shape(key), try ints(key))
    let rows = (0..<shape[0]).map { row in
      let columns = row * shape[1]..<(row + 1) * shape[1]
      return Array(ids[columns].prefix(attended[columns].reduce(0, +)))
    }
    let texts = PaddedTexts(padding: rows, with: config["special_ids"]["pad"].int ?? 0, to: shape[1])
    #expect(texts.ids.map { Int($0) } == ids, "\(name): what is behind the texts is not padding")
    return texts
  }

  /// The ids as the network sees them, and which words are hidden.
  private func maskedWords(_ suffix: String) throws -> (ids: [Int], words: HiddenWords) {
    if has("input.masked_ids\(suffix)") {
      let labels = try ints("input.labels\(suffix)")
      let positions = labels.indices.filter { labels[$0] != -100 }
      return (
        try ints("input.masked_ids\(suffix)"), HiddenWords(positions: positions, ids: positions.map { labels[$0] })
      )
    }
    var ids = try ints("input.ids\(suffix)")
    let draws = try doubles("input.uniform\(suffix)")
    let special = try #require(config["special_ids"].object).values.compactMap(\.int)
    let ratio = try #require(config["text_mask_probability"].double)
    let positions = ids.indices.filter { draws[$0] < ratio && !special.contains(ids[$0]) }
    let words = HiddenWords(positions: positions, ids: positions.map { ids[$0] })
    for position in positions { ids[position] = try #require(config["special_ids"]["mask"].int) }
    return (ids, words)
  }
}

extension VideoTextLosses {
  /// The losses that a golden file sums: `loss_video + loss_text`.
  init(golden text: String?) throws {
    let names = try #require(text).split { " +".contains($0) }
    self = try names.reduce(into: []) { losses, name in
      losses.insert(
        try #require(
          [
            "loss_video": VideoTextLosses.video, "loss_text": .text, "loss_vtc": .vtc, "loss_vtm": .vtm,
          ][String(name)], "\(name) is no loss"))
    }
  }
}

extension LossTerms {
  /// The sum of all terms.
  var sum: Tensor { terms.dropFirst().reduce(terms[0].value) { $0 + $1.value } }

  /// The names of all terms.
  var names: [String] { terms.map(\.name) }
}

extension Recorder {
  /// What the encoder made of videos and texts together: of the most rows.
  var fused: Tensor? {
    values.filter { $0.0 == "encoder" }.map(\.1).max { ($0.shape[0], $0.shape[1]) < ($1.shape[0], $1.shape[1]) }
  }
}
