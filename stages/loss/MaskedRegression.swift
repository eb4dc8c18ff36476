public import SluiceSamples
public import SluiceTensor

/// The loss of predictions of frames at hidden tokens.
///
/// A token predicts one frame of its time step, or each of them side by side.
/// - Source: VideoTransformer-pytorch, `MaskFeat`; Wei et al., CVPR 2022, section 3.
public enum MaskedRegression {
  /// What one sample's tokens are to predict.
  public struct Frames: Sendable {
    /// The frames that have targets.
    public let numbers: [Int]
    /// `[numbers.count, rows, columns, C]`.
    public let values: Tensor

    /// Targets of the frames `numbers` of a clip.
    public init(_ numbers: [Int], values: Tensor) {
      self.numbers = numbers
      self.values = values
    }
  }

  /// The mean squared difference over the hidden tokens of the frames that have targets.
  ///
  /// `Σ M · mean over C of (prediction − target)² / (Σ M + 1e-5)`, both sums over the whole batch, `M` being 1 for each
  /// hidden token and target frame.
  /// - Parameters:
  ///   - prediction: `[B, N, frames · C]`.
  ///   - frameCount: frames of a clip.
  /// - Returns: one number.
  /// - Throws: ``LossError`` if shapes do not fit.
  public static func loss(
    of prediction: Tensor, to targets: [Frames], masks: [TokenMask], frameCount: Int
  ) throws(LossError) -> Tensor {
    guard let first = targets.first, let mask = masks.first, targets.count == masks.count else {
      throw LossError("\(targets.count) targets and \(masks.count) masks: wanted are as many of both, at least one")
    }
    let (tokens, width) = (mask.steps * mask.rows * mask.columns, first.values.shape[-1])
    let wanted: Shape = [targets.count, tokens, prediction.shape[-1]]
    guard prediction.shape == wanted, width > 0, prediction.shape[-1] % width == 0 else {
      throw LossError(
        "predictions \(prediction.shape) and targets \(first.values.shape) on a mask of \(mask.steps) × \(mask.rows) × "
          + "\(mask.columns) do not fit: wanted is [\(targets.count), \(tokens), a multiple of \(width)]")
    }
    let slots = prediction.shape[-1] / width
    let span = max(frameCount / mask.steps, 1)
    var weights = [Float](repeating: 0, count: targets.count * tokens * slots)
    let target = try Tensor([targets.count, tokens, slots, width]) { (elements) throws(LossError) in
      for (sample, frames) in targets.enumerated() {
        let hidden = masks[sample]
        try check(frames, hidden, like: mask, width: width)
        let plane = mask.rows * mask.columns
        frames.values.withFloats { values in
          for (place, number) in frames.numbers.enumerated() where number / span < mask.steps {
            for cell in 0..<plane {
              let token = (number / span) * plane + cell
              let row = (sample * tokens + token) * slots + (slots == 1 ? 0 : number % span)
              weights[row] = Float(hidden.values[token])
              let (from, to) = ((place * plane + cell) * width, row * width)
              for index in 0..<width { elements[to + index] = values[from + index] }
            }
          }
        }
      }
    }
    return prediction.reshaped(target.shape).loss(
      to: target, .squared, rowWeights: weights, divisor: weights.reduce(0, +) + 1e-5)
  }

  private static func check(
    _ frames: Frames, _ mask: TokenMask, like first: TokenMask, width: Int
  ) throws(LossError) {
    let wanted: Shape = [frames.numbers.count, first.rows, first.columns, width]
    guard frames.values.shape == wanted, mask.values.count == first.values.count else {
      throw LossError("a sample's targets are \(frames.values.shape), wanted are \(wanted)")
    }
  }
}

/// A prediction that does not fit what it is compared with, or a loss that is no number.
public struct LossError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
