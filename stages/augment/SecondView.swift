public import SluiceFlow
public import SluiceSamples

/// Puts a smaller view of a clip in place of its 8-bit crop: what a tokenizer reads while the network reads the crop.
///
/// ```swift
/// Augment(.resizedCrop(224), .flip)
/// SecondView()                        // 224 pixels: 112
/// ```
/// Resized by Lanczos' kernel in OpenCV's 8-bit arithmetic.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022.
public struct SecondView: Transform, ByteBounded {
  /// Pixels of the crop on a side for each pixel of the view.
  public let divisor: Int

  public init(divisor: Int = 2) {
    self.divisor = divisor
  }

  public func outputSize(of input: ElementSize) -> ElementSize { input }

  /// The resize of the last size that came.
  public struct Worker {
    var size: PixelSize?
    var resize: LanczosResize?
  }

  public func makeWorker() -> Worker { Worker() }

  /// - Throws: ``AugmentError`` if the clip carries no crop, or one whose sides the divisor does not divide.
  public func callAsFunction(_ clip: Clip, worker: inout Worker, context: ElementContext) throws(AugmentError) -> Clip {
    let size = PixelSize(width: clip.pixels.width, height: clip.pixels.height)
    guard clip.pixels.frameCount > 0 else {
      throw .setting("a second view of a clip without its 8-bit crop: set keepsPixels of the stage that augments")
    }
    guard divisor > 0, size.width % divisor == 0, size.height % divisor == 0 else {
      throw .setting(
        "a second view of 1/\(divisor) of \(size.width)×\(size.height) pixels: \(divisor) does not divide both sides")
    }
    if worker.size != size {
      let view = PixelSize(width: size.width / divisor, height: size.height / divisor)
      (worker.size, worker.resize) = (size, LanczosResize(from: size, to: view))
    }
    let pixels = worker.resize.map { $0(clip.pixels) } ?? clip.pixels
    return Clip(
      pixels: pixels, values: clip.values, labels: clip.labels, captions: clip.captions, view: clip.view)
  }
}
