/// What the structure of an image file says, without decoding: size, form, turn, and where the image ends.
struct ImageHeader {
  /// Width and height as stored, pixels.
  var width = 0
  var height = 0
  /// How the samples are arranged.
  var form = Form.other
  var orientation = Orientation()
  /// Where the image ends; `nil` if that was not reached.
  var end: Int?
  /// Whether it has four colors and does not say which, so that a decoder would guess.
  var hasUnknownColors = false
  /// Whether the file holds further frames: an animation, or images one after the other.
  var isMoving = false
  /// Whether the further frames are those of an animated PNG.
  var isAnimation = false

  enum Form: String {
    case gray
    case rgb = "RGB"
    case yuv420 = "YUV 4:2:0"
    case yuv422 = "YUV 4:2:2"
    case yuv444 = "YUV 4:4:4"
    case other = "sampled in another way"
  }

  /// Reads the beginning of the file at `path`.
  /// - Throws: ``MediaError`` if it is no image.
  init(reading path: String) throws(MediaError) {
    // Exif blocks with previews, and color profiles, may be in front of the size.
    for limit in [1 << 12, 1 << 17, FileBytes.imageLimit] {
      let bytes = try FileBytes.read(path, limit: limit)
      guard let codec = ImageCodec(signature: bytes) else {
        throw MediaError(.notVideo, path: path, "is no PNG, JPEG, WebP or BMP image")
      }
      // WebP has its Exif block behind the image.
      if let header = ImageHeader(codec, bytes.span), header.end != nil || codec != .webp || bytes.count < limit {
        self = header
        return
      }
      if bytes.count < limit { break }
    }
    throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its header is damaged or cut off")
  }

  /// Reads as far as `bytes` go; `nil` if they end before the size.
  init?(_ codec: ImageCodec, _ bytes: Span<UInt8>) {
    switch codec {
    case .png: readPNG(bytes)
    case .jpeg: readJPEG(bytes)
    case .webp: readWebP(bytes)
    case .bmp: readBMP(bytes)
    }
    guard width > 0, height > 0 else { return nil }
  }

  /// Width and height as displayed.
  var size: (width: Int, height: Int) { orientation.isTransposed ? (height, width) : (width, height) }

  /// The size, and the form if `other` has the same size.
  func description(beside other: ImageHeader) -> String {
    let size = "\(self.size.width)×\(self.size.height)"
    return self.size == other.size ? size + " " + form.rawValue : size
  }

  /// - Throws: ``MediaError/Code/limitExceeded``.
  func check(_ limits: MediaLimits, path: String) throws(MediaError) {
    guard width.multipliedReportingOverflow(by: height).partialValue <= limits.pixels else {
      throw MediaError(
        .limitExceeded, path: path,
        "is \(width)×\(height), more than the \(limits.pixels) pixels of MediaLimits.pixels; make it smaller")
    }
  }

  private mutating func readPNG(_ bytes: Span<UInt8>) {
    func word(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) } }
    var (offset, hasImage) = (8, false)
    while offset + 12 <= bytes.count {
      let (length, type) = (word(offset), word(offset + 4))
      let data = offset + 8
      guard length <= bytes.count - data - 4 else { return }
      switch type {
      case 0x4948_4452 where length >= 13:  // IHDR: size, depth, color type
        (width, height) = (word(data), word(data + 4))
        form = bytes[data + 9] & 2 == 0 ? .gray : .rgb
      case 0x6163_544C where length >= 8:  // acTL: an animation of more than one frame
        isAnimation = word(data) > 1
        isMoving = isAnimation
      case 0x4944_4154: hasImage = true  // IDAT
      case 0x6664_4154 where !hasImage:  // fdAT: a later frame of an animation, whose first one is missing
        (width, height) = (0, 0)
        return
      case 0x6558_4966: orientation = Orientation(exif: bytes.extracting(data..<data + length))  // eXIf
      case 0x4945_4E44:  // IEND
        let next = data + length + 4
        end = next
        if !isMoving { isMoving = isFollowedByPNG(bytes, next) }
        return
      default: break
      }
      offset = data + length + 4
    }
  }

  /// Whether another PNG image of the same size begins at `offset`, so that the file is a stream of frames.
  private func isFollowedByPNG(_ bytes: Span<UInt8>, _ offset: Int) -> Bool {
    // Signature, length and name of the first chunk, width, height.
    guard offset + 24 <= bytes.count else { return false }
    return (0..<24).allSatisfy { bytes[offset + $0] == bytes[$0] }
  }
}
