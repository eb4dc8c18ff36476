public import SluiceTensor

/// 8-bit RGB frames of one size, `[T, H, W, 3]`.
public struct PixelClip: Sendable {
  public let frameCount: Int
  public let height: Int
  public let width: Int
  /// Row-major `[T, H, W, 3]`, 0…255.
  public let bytes: [UInt8]

  public init(frameCount: Int, height: Int, width: Int, bytes: [UInt8]) {
    precondition(
      bytes.count == frameCount * height * width * 3,
      "[\(frameCount), \(height), \(width), 3] has \(frameCount * height * width * 3) bytes, not \(bytes.count)")
    self.frameCount = frameCount
    self.height = height
    self.width = width
    self.bytes = bytes
  }

  /// Some of the frames, in the order of their numbers in `indices`.
  /// - Precondition: the numbers are of frames.
  package func frames(_ indices: some Collection<Int>) -> PixelClip {
    let size = 3 * height * width
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * size)
    for index in indices { chosen += bytes[index * size..<(index + 1) * size] }
    return PixelClip(frameCount: indices.count, height: height, width: width, bytes: chosen)
  }
}

/// An augmented clip: the crop in 8 bits, and what a network reads.
public struct Clip: Sendable {
  /// The crop before normalization; targets are computed from it.
  public let pixels: PixelClip
  /// The normalized crop, `[C, T, H, W]`.
  public let values: Tensor
  /// Class numbers, see ``ClipHandle/labels``.
  public let labels: [Int]
  /// Sentences that describe the sample.
  public let captions: [String]
  /// The stored view that the crop is; `nil` where it was drawn anew.
  public let view: ClipView?

  public init(
    pixels: PixelClip, values: Tensor, labels: [Int] = [], captions: [String] = [], view: ClipView? = nil
  ) {
    self.pixels = pixels
    self.values = values
    self.labels = labels
    self.captions = captions
    self.view = view
  }
}
