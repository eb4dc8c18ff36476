public import SluiceMedia

/// An RGB picture to be looked at.
public struct Picture: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Row-major `[height, width, 3]`.
  public let bytes: [UInt8]

  /// - Precondition: there are three bytes for each pixel.
  public init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(bytes.count == 3 * width * height, "\(bytes.count) bytes for a picture of \(width)×\(height)")
    (self.width, self.height, self.bytes) = (width, height, bytes)
  }

  /// A grey picture.
  init(width: Int, height: Int, gray: [UInt8]) {
    self.init(width: width, height: height, bytes: gray.flatMap { [$0, $0, $0] })
  }

  /// Pictures side by side, a white gap between them.
  /// - Precondition: all are of one height.
  public static func row(_ pictures: [Picture], gap: Int = 4) -> Picture {
    let height = pictures.first?.height ?? 0
    precondition(pictures.allSatisfy { $0.height == height }, "pictures of a row have one height")
    let width = pictures.reduce(0) { $0 + $1.width } + gap * max(pictures.count - 1, 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * width * height)
    for line in 0..<height {
      for (number, picture) in pictures.enumerated() {
        if number > 0 { bytes += [UInt8](repeating: 255, count: 3 * gap) }
        bytes += picture.bytes[3 * line * picture.width..<3 * (line + 1) * picture.width]
      }
    }
    return Picture(width: width, height: height, bytes: bytes)
  }

  /// Pictures below one another, a white gap between them.
  /// - Precondition: all are of one width.
  public static func column(_ pictures: [Picture], gap: Int = 4) -> Picture {
    let width = pictures.first?.width ?? 0
    precondition(pictures.allSatisfy { $0.width == width }, "pictures of a column have one width")
    var bytes: [UInt8] = []
    for (number, picture) in pictures.enumerated() {
      if number > 0 { bytes += [UInt8](repeating: 255, count: 3 * gap * width) }
      bytes += picture.bytes
    }
    return Picture(width: width, height: bytes.count / max(3 * width, 1), bytes: bytes)
  }

  /// The picture as a frame, to be written as PNG, JPEG or part of a video.
  public var frame: VideoFrame {
    VideoFrame(width: width, height: height, layout: .rgb, packed: bytes)
  }
}
