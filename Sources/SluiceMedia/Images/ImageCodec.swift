/// Images that are files of their own, by FFmpeg's codecs; PNG and JPEG are written too.
enum ImageCodec {
  case png
  case jpeg
  case webp
  case bmp

  /// The endings of files that are read, as messages name them.
  static let endings = ".png, .jpg, .jpeg, .webp or .bmp"

  /// The codec of a file that begins with `bytes`.
  init?(signature bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.count >= 12, bytes.starts(with: "RIFF".utf8), bytes[8..<12].elementsEqual("WEBP".utf8) {
      self = .webp
    } else if bytes.count >= 10, bytes.starts(with: "BM".utf8), bytes[6..<10].allSatisfy({ $0 == 0 }) {
      self = .bmp
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
    case "webp": self = .webp
    case "bmp": self = .bmp
    default: return nil
    }
  }

  /// Decodes the image in `bytes`, turned as its Exif block says; what is behind its end is left alone.
  func decode(_ bytes: [UInt8], path: String, limits: MediaLimits) throws(MediaError) -> VideoFrame {
    let (decoder, header) = try decoded(bytes, path: path, limits: limits)
    return try decoder.frame(time: nil, orientation: header.orientation, path: path)
  }

  /// Decodes the image in `bytes` to R, G, B and alpha of each pixel, row by row.
  func decodeWithAlpha(_ bytes: [UInt8], path: String, limits: MediaLimits) throws(MediaError) -> [UInt8] {
    try decoded(bytes, path: path, limits: limits).decoder.pixelsWithAlpha(path: path)
  }

  private func decoded(
    _ bytes: [UInt8], path: String, limits: MediaLimits
  ) throws(MediaError) -> (decoder: Decoder, header: ImageHeader) {
    guard let header = ImageHeader(self, bytes.span) else {
      throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its header is damaged or cut off")
    }
    try header.check(limits, path: path)
    guard !header.hasUnknownColors else {
      throw MediaError(
        .unsupported, path: path,
        "the image has four colors and no Adobe segment that says which. Save it as RGB, or as CMYK with that segment")
    }
    // A decoder fills what is cut off with gray; the formats say where they end.
    guard let end = header.end else {
      throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its data is damaged or cut off")
    }
    let decoder = try Decoder(image: self, limits: limits, path: path)
    let packet = Packet()
    packet.fill(bytes, count: end)
    if decoder.send(packet, tag: 0) {
      decoder.sendEnd()
      if case .frame(_, isDamaged: false) = decoder.receive() { return (decoder, header) }
    }
    throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its data is damaged")
  }

  /// Encodes an image: PNG without loss, JPEG at `quality` 1, the best, to 31.
  func encode(_ frame: VideoFrame, quality: Int, path: String) throws(MediaError) -> [UInt8] {
    let source: VideoFrame
    switch self {
    case .webp, .bmp: throw MediaError(.unsupported, path: path, "an image's name ends in .png, .jpg or .jpeg")
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
  /// Reads a PNG, JPEG, WebP or BMP image.
  /// - Throws: ``MediaError`` if it is none, damaged, or larger than the limits.
  public init(imageAt path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    let bytes = try FileBytes.read(path, limit: FileBytes.imageLimit)
    guard let codec = ImageCodec(signature: bytes) else {
      throw MediaError(.notVideo, path: path, "is no PNG, JPEG, WebP or BMP image")
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
