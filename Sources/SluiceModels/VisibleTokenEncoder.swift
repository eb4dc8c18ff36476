public import SluiceNN

/// A network whose encoder is given the tokens that are not hidden, and no others: the more are hidden the less it costs.
public protocol VisibleTokenEncoder: Sendable {
  /// The grid of tokens of a clip.
  var tokenGrid: GridStride { get }
  /// What a training step takes of one clip.
  /// - Parameter hidden: tokens that are hidden; with none the encoder is given all tokens, and nothing is predicted.
  func cost(hiding hidden: Int) -> StepCost
}

extension VisibleTokenEncoder {
  /// What a batch costs with `hidden` tokens of each clip hidden, and with none.
  public func costs(hiding hidden: Int, clips: Int) -> [HidingCost] {
    [hidden, 0].map { count in
      HidingCost(share: Double(count) / Double(tokenGrid.count), cost(hiding: count) * Double(clips))
    }
  }
}

extension VideoMAE: VisibleTokenEncoder {
  public var tokenGrid: GridStride { configuration.tokenGrid }

  public func cost(hiding hidden: Int) -> StepCost {
    let count = tokenGrid.count
    return configuration.encoderCost(visible: count - hidden)
      + configuration.decoderCost(visible: count - hidden, hidden: hidden, outputs: predictionWidth)
  }
}

extension VideoMAEConfiguration {
  /// What the encoder takes of one clip.
  /// - Parameters:
  ///   - visible: tokens of the clip that it is given.
  ///   - others: tokens of something else in the same sequence, such as words.
  public func encoderCost(visible: Int, others: Int = 0) -> StepCost {
    // All tokens are made; the hidden ones are left out behind that.
    StepCost.linear(tokenGrid.count, predictionWidth, dimension)
      + .blocks(
        depth, tokens: visible + others, width: dimension,
        hidden: Int((Double(dimension) * mlpRatio).rounded(.towardZero)))
  }

  /// What the decoder takes of one clip, with what leads to it.
  /// - Parameter outputs: values that are predicted of each hidden token.
  public func decoderCost(visible: Int, hidden: Int, outputs: Int) -> StepCost {
    StepCost.linear(visible, dimension, decoderDimension)
      + .blocks(
        decoderDepth, tokens: visible + hidden, width: decoderDimension,
        hidden: Int((Double(decoderDimension) * mlpRatio).rounded(.towardZero)))
      + .linear(hidden, decoderDimension, outputs)
  }
}
