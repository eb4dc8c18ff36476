public import SluiceSamples
public import SluiceTensor

/// Clips made of what a network predicts.
extension PixelTarget {
  /// A clip whose hidden tokens are what is predicted of them; all others are the clip's own bytes.
  ///
  /// Normalized predictions get the mean and the deviation that each color of the real token has, which the network
  /// never saw: what is shown is how well it knows the pattern.
  /// - Parameters:
  ///   - mask: of the clip, on the grid of this target's tokens.
  ///   - prediction: `[hidden, width]`, in the order of the tokens.
  /// - Precondition: the mask is of the clip's grid, and there are as many rows as it hides tokens.
  /// - Source: VideoMAE, `run_videomae_vis`.
  public func reconstruction(of pixels: PixelClip, mask: TokenMask, prediction: Tensor) -> PixelClip {
    var bytes = pixels.bytes
    replaceHidden(
      prediction, mask, height: pixels.height, width: pixels.width, value: { Double(pixels.bytes[$0]) / 255 }
    ) { bytes[$0] = PixelTarget.byte(of: $1) }
    return PixelClip(frameCount: pixels.frameCount, height: pixels.height, width: pixels.width, bytes: bytes)
  }

  /// The same of values in 0…1, `[T, H, W, 3]`, which stay as they are predicted.
  package func reconstruction(of frames: Tensor, mask: TokenMask, prediction: Tensor) -> Tensor {
    let real = frames.floats
    var values = real
    replaceHidden(
      prediction, mask, height: frames.shape[1], width: frames.shape[2], value: { Double(real[$0]) }
    ) { values[$0] = Float($1) }
    return Tensor(values, shape: frames.shape)
  }

  /// The byte of a value in 0…1: cut to what has one, then rounded down; 0 of what is no number.
  package static func byte(of value: Double) -> UInt8 { value > 0 ? UInt8(255 * min(value, 0.996)) : 0 }

  /// Gives `replace` the predicted value at each place of `[T, H, W, 3]` that is hidden.
  private func replaceHidden(
    _ prediction: Tensor, _ mask: TokenMask, height: Int, width columns: Int, value: (Int) -> Double,
    _ replace: (Int, Double) -> Void
  ) {
    precondition(
      prediction.shape == [mask.maskedCount, width] && mask.rows * patchSize == height
        && mask.columns * patchSize == columns,
      "\(prediction.shape) predicts no \(mask.maskedCount) tokens of \(width) values in frames of \(columns)×\(height)")
    let rows = prediction.floats
    let hidden = mask.values.indices.filter { mask.values[$0] != 0 }
    for (row, token) in hidden.enumerated() {
      let (step, inside) = token.quotientAndRemainder(dividingBy: mask.rows * mask.columns)
      let (top, left) = (inside / mask.columns * patchSize, inside % mask.columns * patchSize)
      let places = (step * tubeletSize..<(step + 1) * tubeletSize).flatMap { frame in
        (top..<top + patchSize).flatMap { y in (left..<left + patchSize).map { (frame * height + y) * columns + $0 } }
      }
      for color in 0..<3 {
        let (mean, deviation) =
          isNormalized ? PixelTarget.statistics(of: places.map { value($0 * 3 + color) }) : (0, 1)
        for (number, place) in places.enumerated() {
          let predicted = Double(rows[row * width + number * 3 + color])
          replace(place * 3 + color, predicted * deviation + mean)
        }
      }
    }
  }

  /// What a token's color was normalized by.
  private static func statistics(of values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(max(values.count - 1, 1))).squareRoot() + 1e-6)
  }
}
