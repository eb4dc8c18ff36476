/// PNG and JPEG images, by FFmpeg's codecs.
enum ImageCodec {
  case png
  case jpeg

  /// The codec of a file that begins with `bytes`.
  init?(signature bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// The codec that a file's name stands for.
  init?(name: String) {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    default: return nil
    }
  }

  /// Decodes the image in `bytes`.
  func decode(_ bytes: [UInt8], path: String, limits: MediaLimits) throws(MediaError) -> VideoFrame {
    let decoder = try Decoder(image: self, limits: limits, path: path)
    let packet = Packet()
    guard packet.fill(bytes) else { throw MediaError(.limitExceeded, path: path, "is too large: \(bytes.count) bytes") }
    if isComplete(bytes), decoder.send(packet, tag: 0) {
      decoder.sendEnd()
      if case .picture(_, isDamaged: false) = decoder.receive() {
        return try decoder.frame(time: nil, path: path)
      }
    }
    throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its data is damaged or cut off")
  }

  // A decoder fills what is cut off with gray; both formats say where they end.
  private func isComplete(_ bytes: [UInt8]) -> Bool {
    let end: [UInt8] = self == .png ? [0x49, 0x45, 0x4E, 0x44] : [0xFF, 0xD9]
    // Some programs append a few bytes of their own.
    let tail = bytes.suffix(4096)
    return tail.indices.contains { tail[$0...].starts(with: end) }
  }

  /// Encodes an image: PNG without loss, JPEG at `quality` 1, the best, to 31.
  func encode(_ frame: VideoFrame, quality: Int, path: String) throws(MediaError) -> [UInt8] {
    let source: VideoFrame
    switch self {
    case .png: source = frame.layout == .gray ? frame : frame.convertedToRGB()
    case .jpeg:
      let layout: PixelLayout = frame.layout == .gray || frame.layout == .rgb ? .yuv444 : frame.layout
      source = try frame.converted(to: layout, range: .full)
    }
    let encoder = try Encoder(image: self, like: source, quality: quality, path: path)
    var bytes: [UInt8] = []
    try encoder.encode(source, time: 0) { (packet: borrowing Packet) throws(MediaError) in packet.append(to: &bytes) }
    try encoder.finish { (packet: borrowing Packet) throws(MediaError) in packet.append(to: &bytes) }
    return bytes
  }
}

extension Packet {
  fileprivate func append(to bytes: inout [UInt8]) {
    withBytes { span in
      unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
  }
}

extension VideoFrame {
  /// Reads a PNG or JPEG image.
  /// - Throws: ``MediaError`` if it is none, damaged, or larger than the limits.
  public init(imageAt path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    let bytes = try FileBytes.read(path, limit: 1 << 30)
    guard let codec = ImageCodec(signature: bytes) else {
      throw MediaError(.notVideo, path: path, "is no PNG or JPEG image")
    }
    self = try codec.decode(bytes, path: path, limits: limits)
  }

  /// Writes the image as PNG (in RGB, or gray) or JPEG, by the ending of `path`.
  ///
  /// - Parameter quality: of JPEG, 1 (best) … 31.
  /// - Throws: ``MediaError`` for another ending, or if the file cannot be written.
  public func write(to path: String, quality: Int = 2) throws(MediaError) {
    guard let codec = ImageCodec(name: path) else {
      throw MediaError(.unsupported, path: path, "an image's name ends in .png, .jpg or .jpeg")
    }
    try FileBytes.write(try codec.encode(self, quality: quality, path: path), to: path)
  }
}
