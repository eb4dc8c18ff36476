public import SluiceSamples
public import SluiceTensor

/// The regression of frames at hidden tokens.
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

  /// The targets of a batch as its prediction is laid out.
  public struct Targets: Sendable {
    /// `[B, N, slots, C]`; a slot is a frame of a token's time step.
    public let values: Tensor
    /// `[B · N · slots]`: 1 where a hidden token's frame has a target, else 0.
    public let weights: [Float]

    /// Puts the frames of samples where a network of `slots` frames per token predicts them.
    /// - Parameters:
    ///   - slots: frames that a token predicts side by side.
    ///   - frameCount: frames of a clip.
    /// - Throws: ``LossError`` if samples and masks do not fit each other.
    public init(_ samples: [Frames], masks: [TokenMask], slots: Int, frameCount: Int) throws(LossError) {
      guard let first = samples.first, let mask = masks.first, samples.count == masks.count, slots > 0 else {
        throw LossError("\(samples.count) targets and \(masks.count) masks: wanted are as many of both, at least one")
      }
      let (plane, width) = (mask.rows * mask.columns, first.values.shape[-1])
      let tokens = mask.steps * plane
      let span = max(frameCount / mask.steps, 1)
      var weights = [Float](repeating: 0, count: samples.count * tokens * slots)
      values = try Tensor([samples.count, tokens, slots, width]) { (elements) throws(LossError) in
        for (sample, frames) in samples.enumerated() {
          let hidden = masks[sample]
          try MaskedRegression.check(frames, hidden, like: mask, width: width)
          frames.values.withFloats { values in
            for (index, number) in frames.numbers.enumerated() where number / span < mask.steps {
              for cell in 0..<plane {
                let token = (number / span) * plane + cell
                let row = (sample * tokens + token) * slots + (slots == 1 ? 0 : number % span)
                weights[row] = Float(hidden.values[token])
                let (from, to) = ((index * plane + cell) * width, row * width)
                for value in 0..<width { elements[to + value] = values[from + value] }
              }
            }
          }
        }
      }
      self.weights = weights
    }
  }

  /// The mean squared difference over the hidden tokens of the frames that have targets.
  ///
  /// `Σ M · mean over C of (prediction − target)² / (Σ M + 1e-5)`, both sums over the whole batch, `M` being 1 for each
  /// hidden token and target frame.
  /// - Parameter prediction: `[B, N, slots · C]`.
  /// - Returns: one number.
  /// - Throws: ``LossError`` if shapes do not fit.
  public static func loss(of prediction: Tensor, to targets: Targets) throws(LossError) -> Tensor {
    let shape = targets.values.shape
    guard prediction.shape == [shape[0], shape[1], shape[2] * shape[3]] else {
      throw LossError(
        "predictions \(prediction.shape) and targets \(shape) do not fit: wanted is "
          + "[\(shape[0]), \(shape[1]), \(shape[2] * shape[3])]")
    }
    return prediction.reshaped(shape).loss(
      to: targets.values, .squared, rowWeights: targets.weights, divisor: targets.weights.reduce(0, +) + 1e-5)
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

/// An output that does not fit what it is compared with, or a loss that is no number.
public struct LossError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
