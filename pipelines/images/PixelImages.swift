internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize

/// What a network that predicts pixels sees of a clip and what it makes of it.
struct PixelImages {
  private let target: PixelTarget

  /// Images of predictions of `target`.
  init(_ target: PixelTarget) {
    self.target = target
  }

  /// Original, masked input and reconstruction of each frame.
  /// - Parameter prediction: `[hidden, width]` or `[1, hidden, width]`, what the network predicts of the hidden tokens.
  func frames(of masked: MaskedClip, prediction: Tensor) -> [[Image]] {
    let pixels = masked.clip.pixels
    let rows = prediction.reshaped(-1, target.width)
    let rebuilt = target.reconstruction(of: pixels, mask: masked.mask, prediction: rows)
    return (0..<pixels.frameCount).map { frame in
      [pixels.image(ofFrame: frame), masked.maskedImage(ofFrame: frame), rebuilt.image(ofFrame: frame)]
    }
  }
}
