public import SluiceFlow
public import SluiceSamples

/// A stage that hides tokens of a clip.
public protocol MaskStage: Stage, ByteBounded where Input == Clip, Output == MaskedClip {
  // Said again, so that both are found from `callAsFunction`.
  associatedtype Input = Clip
  associatedtype Output = MaskedClip

  /// Frames of a token.
  var tubeletSize: Int { get }
  /// Pixels of a token's side.
  var patchSize: Int { get }
}

extension MaskStage {
  /// The clip and a byte for each token.
  public func outputSize(of input: ElementSize) -> ElementSize {
    let tokens = input.pixelCount.flatMap { pixels in
      input.frameCount.map { max(1, pixels * $0 / max(1, tubeletSize * patchSize * patchSize)) }
    }
    var size = input
    size.bytes = input.bytes.flatMap { bytes in tokens.map { bytes + $0 } }
    return size
  }
}
