public import SluiceMedia

/// An RGB image to be looked at.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Row-major `[height, width, 3]`.
  public let bytes: [UInt8]

  /// - Precondition: there are three bytes for each pixel.
  public init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(bytes.count == 3 * width * height, "\(bytes.count) bytes for an image of \(width)×\(height)")
    (self.width, self.height, self.bytes) = (width, height, bytes)
  }

  /// A gray image.
  init(width: Int, height: Int, gray: [UInt8]) {
    self.init(width: width, height: height, bytes: gray.flatMap { [$0, $0, $0] })
  }

  /// Images side by side, a white gap between them.
  /// - Precondition: all are of one height.
  public static func row(_ images: [Image], gap: Int = 4) -> Image {
    let height = images.first?.height ?? 0
    precondition(images.allSatisfy { $0.height == height }, "images of a row have one height")
    let width = images.reduce(0) { $0 + $1.width } + gap * max(images.count - 1, 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * width * height)
    for line in 0..<height {
      for (number, image) in images.enumerated() {
        if number > 0 { bytes += [UInt8](repeating: 255, count: 3 * gap) }
        bytes += image.bytes[3 * line * image.width..<3 * (line + 1) * image.width]
      }
    }
    return Image(width: width, height: height, bytes: bytes)
  }

  /// Images below one another, a white gap between them.
  /// - Precondition: all are of one width.
  public static func column(_ images: [Image], gap: Int = 4) -> Image {
    let width = images.first?.width ?? 0
    precondition(images.allSatisfy { $0.width == width }, "images of a column have one width")
    var bytes: [UInt8] = []
    for (number, image) in images.enumerated() {
      if number > 0 { bytes += [UInt8](repeating: 255, count: 3 * gap * width) }
      bytes += image.bytes
    }
    return Image(width: width, height: bytes.count / max(3 * width, 1), bytes: bytes)
  }

  /// The image as a frame, to be written as PNG, JPEG or part of a video.
  public var frame: VideoFrame {
    VideoFrame(width: width, height: height, layout: .rgb, packed: bytes)
  }
}
