/// The frames of an animated WebP file, each a part of the canvas (RFC 9649, 2.7).
struct WebPAnimation {
  struct Frame {
    /// The chunks of the part's own image.
    let content: Range<Int>
    /// Where the part is on the canvas, pixels.
    let left: Int
    let top: Int
    let width: Int
    let height: Int
    /// Milliseconds.
    let duration: Int
    /// Whether what is transparent shows the frame before.
    let blends: Bool
    /// Whether the part is cleared before the next frame.
    let clears: Bool
  }

  /// Size of the canvas, pixels.
  let width: Int
  let height: Int
  let frames: [Frame]

  /// - Throws: ``MediaError`` if a frame is cut off or lies outside the canvas.
  init(_ bytes: Span<UInt8>, path: String, limits: MediaLimits) throws(MediaError) {
    guard let header = ImageHeader(.webp, bytes), header.end != nil else {
      throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its data is damaged or cut off")
    }
    try header.check(limits, path: path)
    (width, height) = (header.width, header.height)
    var found: [Frame] = []
    var offset = 12
    while offset + 8 <= bytes.count {
      let (length, data) = (bytes.littleEndian(offset + 4, 4), offset + 8)
      guard length <= bytes.count - data else { break }
      if bytes.littleEndian(offset, 4) == 0x464D_4E41, length > 16 {  // ANMF
        let frame = Frame(
          content: data + 16..<data + length, left: 2 * bytes.littleEndian(data, 3),
          top: 2 * bytes.littleEndian(data + 3, 3),
          width: bytes.littleEndian(data + 6, 3) + 1, height: bytes.littleEndian(data + 9, 3) + 1,
          duration: bytes.littleEndian(data + 12, 3),
          blends: bytes[data + 15] & 2 == 0, clears: bytes[data + 15] & 1 != 0)
        guard frame.left + frame.width <= width, frame.top + frame.height <= height else {
          throw MediaError(
            .cannotDecode, path: path, frame: found.count, "frame \(found.count) lies outside the image; it is damaged")
        }
        found.append(frame)
      }
      offset = data + length + length % 2
    }
    guard !found.isEmpty else { throw MediaError(.notVideo, path: path, "is an animated WebP image without frames") }
    guard found.count <= limits.frames else {
      throw MediaError(
        .limitExceeded, path: path, "has more than \(limits.frames) frames, the limit of MediaLimits.frames")
    }
    frames = found
  }

  /// When a frame is shown, seconds from the first.
  func time(of frame: Int) -> Double { Double(frames[..<frame].reduce(0) { $0 + $1.duration }) / 1000 }

  /// A file that holds the image of a frame alone.
  func file(of frame: Frame, _ bytes: Span<UInt8>) -> [UInt8] {
    func word(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    // Alpha stands in a chunk of its own, which the header announces.
    let header =
      Array("VP8X".utf8) + word(10, 4) + [0x10, 0, 0, 0] + word(frame.width - 1, 3) + word(frame.height - 1, 3)
    let content = frame.content.map { bytes[$0] }
    return Array("RIFF".utf8) + word(4 + header.count + content.count, 4) + Array("WEBP".utf8) + header + content
  }
}
