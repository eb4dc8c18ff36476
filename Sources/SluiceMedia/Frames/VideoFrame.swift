/// How a frame's samples are in its planes; all are 8 bits deep.
public enum PixelLayout: UInt8, Sendable, CaseIterable {
  /// Y, then U and V at half width and half height.
  case yuv420 = 0
  /// Y, then U and V at half width.
  case yuv422 = 1
  /// Y, U and V at full size.
  case yuv444 = 2
  /// One plane of luma.
  case gray = 3
  /// One plane of R, G, B triplets.
  case rgb = 4

  /// The number of planes.
  public var planeCount: Int {
    switch self {
    case .yuv420, .yuv422, .yuv444: 3
    case .gray, .rgb: 1
    }
  }

  /// Bytes in a row of a plane of a frame `width` pixels wide, and rows of one `height` pixels high.
  public func planeSize(_ plane: Int, width: Int, height: Int) -> (bytesPerRow: Int, rows: Int) {
    switch self {
    case .gray: (width, height)
    case .rgb: (3 * width, height)
    case .yuv444: (width, height)
    case .yuv422: plane == 0 ? (width, height) : ((width + 1) / 2, height)
    case .yuv420: plane == 0 ? (width, height) : ((width + 1) / 2, (height + 1) / 2)
    }
  }

  /// Bytes of all planes of a frame.
  public func byteCount(width: Int, height: Int) -> Int {
    (0..<planeCount).reduce(0) { sum, plane in
      let size = planeSize(plane, width: width, height: height)
      return sum + size.bytesPerRow * size.rows
    }
  }
}

/// How a frame's YUV samples become RGB.
///
/// What a stream leaves open is `.bt601` and `.limited`.
public struct ColorDescription: Sendable, Hashable {
  /// The matrix between RGB and YUV.
  public enum Matrix: UInt8, Sendable, CaseIterable {
    case bt601 = 0
    case bt709 = 1
    case bt2020 = 2
    case smpte240m = 3
    case fcc = 4
  }

  /// Whether luma uses 16…235 or 0…255.
  public enum Range: UInt8, Sendable, CaseIterable {
    case limited = 0
    case full = 1
  }

  public var matrix: Matrix
  public var range: Range

  public init(matrix: Matrix = .bt601, range: Range = .limited) {
    self.matrix = matrix
    self.range = range
  }
}

/// One decoded frame: 8-bit planes, as the decoder produced them, never changed afterwards.
///
/// Copying a frame copies a reference.
public struct VideoFrame: Sendable {
  /// Width and height of the frame, pixels.
  public let width: Int
  public let height: Int
  public let layout: PixelLayout
  public let color: ColorDescription
  /// Presentation time from the beginning of the stream, seconds; `nil` where the file does not say.
  public let time: Double?
  package let storage: FrameStorage

  package init(
    width: Int, height: Int, layout: PixelLayout, color: ColorDescription, time: Double?, storage: FrameStorage
  ) {
    self.width = width
    self.height = height
    self.layout = layout
    self.color = color
    self.time = time
    self.storage = storage
  }

  /// Copies tightly packed planes, one after the other.
  public init(
    width: Int, height: Int, layout: PixelLayout, color: ColorDescription = ColorDescription(), time: Double? = nil,
    packed: [UInt8]
  ) {
    let storage = FrameStorage(width: width, height: height, layout: layout)
    precondition(
      packed.count == storage.byteCount,
      "a \(width)×\(height) frame in \(layout) has \(storage.byteCount) bytes, not \(packed.count)")
    unsafe storage.base.update(from: packed, count: packed.count)
    self.init(width: width, height: height, layout: layout, color: color, time: time, storage: storage)
  }

  /// Calls `body` with the samples of a plane; row `y` begins at `y * bytesPerRow`.
  public func withPlane<Result>(
    _ plane: Int, _ body: (_ samples: Span<UInt8>, _ bytesPerRow: Int) throws -> Result
  ) rethrows -> Result {
    let rows = layout.planeSize(plane, width: width, height: height).rows
    let bytesPerRow = unsafe storage.planes[plane].bytesPerRow
    let samples = unsafe Span(_unsafeStart: storage.planes[plane].base, count: rows * bytesPerRow)
    return try body(samples, bytesPerRow)
  }

  /// The planes one after the other, rows tightly packed.
  public func packed() -> [UInt8] {
    var bytes: [UInt8] = []
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      let stored = unsafe storage.planes[plane]
      for row in 0..<size.rows {
        unsafe bytes.append(
          contentsOf: UnsafeBufferPointer(start: stored.base + row * stored.bytesPerRow, count: size.bytesPerRow))
      }
    }
    return bytes
  }
}
