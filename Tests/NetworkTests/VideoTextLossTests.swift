import SluiceLoss
import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceSamples
import SluiceTensor
import SluiceTraining
import Testing

/// The losses of pairs of video and text beside central differences, from what a network gives to the numbers.
@Suite struct VideoTextLossTests {
  private func numbers(_ shape: Shape, _ name: String) -> Tensor {
    var random = KeyedRandom(seed: 4, epoch: 0, sample: 0, stage: name)
    return Tensor((0..<shape.count).map { _ in Float(random.uniform(-1, 1)) }, shape: shape)
  }

  /// Compares every gradient of `loss` with what the loss changes by.
  private func check(
    _ inputs: [Tensor], step: Float = 1 / 128, tolerance: Double = 5e-3,
    sourceLocation: SourceLocation = #_sourceLocation, _ loss: ([Tensor]) throws -> Tensor
  ) throws {
    let parameters = inputs.enumerated().map { Parameter("\($0)", Tensor($1.floats, shape: $1.shape)) }
    try loss(parameters.map(\.value)).backward()
    func value() throws -> Double {
      try withoutGradients { Double(try loss(parameters.map(\.value)).scalar) }
    }
    for parameter in parameters {
      let found = try #require(parameter.gradient, "input \(parameter.name)", sourceLocation: sourceLocation).floats
      let scale = Double(found.reduce(0) { max($0, abs($1)) })
      #expect(scale > 0, "input \(parameter.name)", sourceLocation: sourceLocation)
      for index in found.indices {
        parameter.update { $0[index] += step }
        let high = try value()
        parameter.update { $0[index] -= 2 * step }
        let low = try value()
        parameter.update { $0[index] += step }
        let wanted = (high - low) / Double(2 * step)
        #expect(
          abs(Double(found[index]) - wanted) <= tolerance * scale, "input \(parameter.name) at \(index)",
          sourceLocation: sourceLocation)
      }
    }
  }

  /// Three pairs of which two tokens each are hidden, and four words in all.
  private var pairs: VideoTextBatch {
    VideoTextBatch(
      video: MaskedBatch(
        clips: .zeros([3, 3, 1, 1, 1]), hidden: [0, 1, 1, 1, 0, 1, 1, 1, 0],
        grid: TokenGrid(steps: 1, rows: 1, columns: 3),
        targets: CellValues(cells: [1, 2, 3, 5, 6, 7], values: numbers([6, 4], "targets"))),
      texts: PaddedTexts(padding: [[2, 4, 4, 3], [2, 4, 3], [2, 4, 6, 3]], with: 0),
      words: HiddenWords(positions: [1, 2, 5, 9], ids: [5, 7, 6, 5]), draws: [0.1, 0.5, 0.9])
  }

  private func loss(_ prediction: VideoTextPrediction) throws -> Tensor {
    let terms = try VideoTextObjective().loss(of: prediction, for: pairs).terms
    #expect(terms.count == 1)
    return terms[0].value
  }

  @Test func pixelsWordsAndMatchesHaveTheirGradients() throws {
    try check([numbers([3, 2, 4], "pixels")]) { try loss(VideoTextPrediction(pixels: $0[0])) }
    try check([numbers([4, 9], "words")]) { try loss(VideoTextPrediction(words: $0[0])) }
    try check([numbers([6, 2], "matches")]) { try loss(VideoTextPrediction(matches: $0[0])) }
  }

  /// Warm enough that differences of single-precision numbers say something about slopes.
  @Test(arguments: [nil, 2] as [Int?]) func contrastHasItsGradients(_ groupSize: Int?) throws {
    let contrast = Contrast(temperature: 0.5, groupSize: groupSize)
    try check([numbers([5, 3], "texts"), numbers([5, 3], "videos")], tolerance: 1e-2) {
      try contrast.loss(of: $0[0], and: $0[1])
    }
  }

  /// As a network is tuned, and as it is pre-trained: of the same features the same loss.
  @Test func tuningAndPretrainingContrastAlike() throws {
    let features = ClipTextFeatures(videos: numbers([3, 4], "videos"), texts: numbers([3, 4], "texts"))
    let batch = ClipTextBatch(clips: .zeros([3, 3, 1, 1, 1]), texts: pairs.texts)
    let tuned = try ContrastiveObjective().loss(of: features, for: batch).terms[0].value.scalar
    #expect(try loss(VideoTextPrediction(features: features)).scalar == tuned)
    #expect(try Contrast().loss(of: features.texts, and: features.videos).scalar == tuned)
  }
}
