public import SluiceSamples
public import SluiceTensor
public import SluiceTokenize
internal import SluiceTraining

/// What a masked model sees and what it makes of it: masked input, predicted HOG and real frame side by side.
///
/// ```swift
/// let rows = MaskImages(objective.target).rows(of: sample, prediction: prediction)   // [1, N, W]
/// try Image.column(rows).frame.write(to: "masks.png")
/// ```
/// - Source: VideoTransformer-pytorch, its images of predictions.
public struct MaskImages: Sendable {
  private let target: HOGTarget

  /// Images of predictions of `target`.
  public init(_ target: HOGTarget) {
    self.target = target
  }

  /// One row for each frame that has a target.
  /// - Parameter prediction: `[1, N, W]`, what the network predicts for each token of the sample.
  public func rows(of sample: MaskedSample<HOGTargets>, prediction: Tensor) -> [Image] {
    parts(of: sample, prediction: prediction).map { .row($0) }
  }

  /// The three images of each frame that has a target: masked input, predicted HOG, frame.
  /// - Parameter prediction: `[1, N, W]`, what the network predicts for each token of the sample.
  public func parts(of sample: MaskedSample<HOGTargets>, prediction: Tensor) -> [[Image]] {
    let values = prediction.floats
    return sample.target.frames.map { frame in
      [
        sample.masked.maskedImage(ofFrame: frame),
        predicted(sample.masked, frame: frame, values, width: prediction.shape[-1]),
        sample.masked.clip.pixels.image(ofFrame: frame),
      ]
    }
  }

  /// The first color's predicted histograms, at the contrast of the real frame.
  private func predicted(_ masked: MaskedClip, frame: Int, _ values: [Float], width: Int) -> Image {
    let (pixels, mask) = (masked.clip.pixels, masked.mask)
    let side = target.patchSize / HOG.cellSize
    let span = pixels.frameCount / mask.steps
    let slot = width > target.width ? frame % span : 0
    let first = frame / span * mask.rows * mask.columns
    var tokens: [Float] = []
    for token in first..<first + mask.rows * mask.columns {
      let from = token * width + slot * target.width
      tokens += arranged(Array(values[from..<from + target.width]), cells: side * side)
    }
    let cells = HOGImage.cells(
      ofTokens: tokens, rows: mask.rows, columns: mask.columns, cellsPerSide: side,
      contrast: contrast(pixels, frame: frame))
    let lines = HOGImage.lines(cells, rows: side * mask.rows, columns: side * mask.columns)
    return Image(width: pixels.width, height: pixels.height, gray: HOGImage.bytes(lines))
  }

  /// A token's values in the order (cell, color, direction), directions measured as scikit-image does.
  private func arranged(_ token: [Float], cells: Int) -> [Float] {
    guard target.gradients == .sobel else { return token }
    // SlowFast measures from the other axis: each of its directions covers half of two of the others.
    let bins = HOG.binCount
    return (0..<cells).flatMap { cell in
      (0..<HOG.valuesPerCell).map { index in
        let (color, bin) = index.quotientAndRemainder(dividingBy: bins)
        let halves = [(bins + 3 - bin) % bins, (bins + 4 - bin) % bins]
        return halves.reduce(0) { $0 + token[(color * bins + $1) * cells + cell] / 2 }
      }
    }
  }

  private func contrast(_ pixels: PixelClip, frame: Int) -> [Float] {
    let count = (pixels.height / HOG.cellSize) * (pixels.width / HOG.cellSize) * HOG.valuesPerCell
    var (cells, histogram) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    var scratch: [Float] = []
    let image = pixels.image(ofFrame: frame).bytes
    var cellRoom = cells.mutableSpan
    var histogramRoom = histogram.mutableSpan
    HOG.centralDifferences(
      of: image.span, width: pixels.width, height: pixels.height, cells: &cellRoom, histogram: &histogramRoom,
      scratch: &scratch)
    return histogram
  }
}
