internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize

/// What a masked autoencoder sees of a clip and what it makes of it.
struct PixelImages {
  let target: PixelTarget

  /// Original, masked input and reconstruction of each frame.
  /// - Parameter prediction: `[hidden, width]`, what the network predicts of the sample's hidden tokens.
  func parts(of sample: MaskedSample<PixelTargets>, prediction: Tensor) -> [[Image]] {
    let pixels = sample.masked.clip.pixels
    let rebuilt = target.reconstruction(of: pixels, mask: sample.masked.mask, prediction: prediction)
    return (0..<pixels.frameCount).map { frame in
      [pixels.image(ofFrame: frame), sample.masked.maskedImage(ofFrame: frame), rebuilt.image(ofFrame: frame)]
    }
  }
}
