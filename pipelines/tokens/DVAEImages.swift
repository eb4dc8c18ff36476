internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceTensor
internal import SluiceTraining

/// DALL-E's decoder, which shows what words look like.
struct DVAEImages: Sendable {
  private let decoder: DVAEDecoder
  /// The file.
  let path: String

  var vocabularySize: Int { decoder.configuration.vocabularySize }

  /// Opens the weights at `path`: a file, or a folder with one.
  /// - Throws: an error that names the file and what it is instead.
  init(opening path: String) throws {
    let weights = try PublishedWeights(opening: try DVAEFile.decoder.file(at: path))
    self.path = weights.path
    decoder = try DVAEFile.decoder.network(of: weights, DVAEDecoder.init)
    try weights.load(into: decoder.parameters, layouts: DVAEFile.decoder.layouts, requiring: .whole)
  }

  /// An image of a frame's words, 8 pixels for each.
  /// - Parameter words: row-major `[rows, columns]`.
  func image(of words: [Int], rows: Int, columns: Int) throws -> Image {
    let frame = try Compute.current.with(.float32).run {
      try withoutGradients { try decoder.frames(of: words, height: rows, width: columns) }
    }
    let (values, area) = (frame.floats, frame.shape[2] * frame.shape[3])
    let bytes = (0..<3 * area).map { index in
      UInt8((values[index % 3 * area + index / 3] * 255).rounded(.toNearestOrEven))
    }
    return Image(width: frame.shape[3], height: frame.shape[2], bytes: bytes)
  }
}
