extension ImageHeader {
  /// Reads the segments of a JPEG file (ITU-T T.81, annex B).
  mutating func readJPEG(_ bytes: Span<UInt8>) {
    var (hasParts, isOfAdobe) = (false, false)
    end = ImageHeader.forEachSegment(bytes) { marker, segment in
      switch marker {
      case _ where ImageHeader.isFrame(marker): readFrame(segment)
      case 0xE1 where ImageHeader.begins(segment, with: "Exif\0\0"):
        orientation = Orientation(exif: segment.extracting(6...))
      case 0xEE where ImageHeader.begins(segment, with: "Adobe"): isOfAdobe = true
      case 0xE2 where ImageHeader.begins(segment, with: "MPF\0"): hasParts = true
      default: break
      }
      return true
    }
    hasUnknownColors = hasUnknownColors && !isOfAdobe
    if let end { isMoving = !hasParts && isFollowedByLike(bytes, end) }
  }

  /// A frame header: depth, size, and of each component how it is sampled (B.2.2).
  private mutating func readFrame(_ segment: Span<UInt8>) {
    guard width == 0, segment.count > 5 else { return }
    height = Int(segment[1]) << 8 | Int(segment[2])
    width = Int(segment[3]) << 8 | Int(segment[4])
    // Three are luma and chroma; of four an Adobe segment says whether they are inks or luma, chroma and black.
    hasUnknownColors = segment[5] == 4
    let sampling = (0..<Int(segment[5])).map { 7 + 3 * $0 < segment.count ? segment[7 + 3 * $0] : 0 }
    guard sampling.count == 3, sampling[1] == sampling[2], sampling[1] & 15 > 0, sampling[1] >> 4 > 0 else {
      form = sampling.count == 1 ? .gray : .other
      return
    }
    // How much finer luma is than chroma.
    switch (sampling[0] >> 4, sampling[0] & 15) {
    case (2 * (sampling[1] >> 4), 2 * (sampling[1] & 15)): form = .yuv420
    case (2 * (sampling[1] >> 4), sampling[1] & 15): form = .yuv422
    case (sampling[1] >> 4, sampling[1] & 15): form = .yuv444
    default: form = .other
    }
  }

  /// Whether another image of the same size begins at `offset`, so that the file is a stream of frames.
  ///
  /// Cameras append previews, which are smaller, and further images that a list inside names.
  private func isFollowedByLike(_ bytes: Span<UInt8>, _ offset: Int) -> Bool {
    guard offset + 3 < bytes.count, bytes[offset] == 0xFF, bytes[offset + 1] == 0xD8, bytes[offset + 2] == 0xFF else {
      return false
    }
    var next = self
    next.width = 0
    _ = ImageHeader.forEachSegment(bytes.extracting(offset...)) { marker, segment in
      if ImageHeader.isFrame(marker) { next.readFrame(segment) }
      return next.width == 0
    }
    return next.width == width && next.height == height
  }

  /// Whether a marker begins a frame header; three of that range do other things.
  private static func isFrame(_ marker: UInt8) -> Bool {
    (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
  }

  /// Calls `body` with each segment's marker and content until it returns `false`.
  /// - Returns: where the image ends, if its end was reached.
  private static func forEachSegment(_ bytes: Span<UInt8>, _ body: (UInt8, Span<UInt8>) -> Bool) -> Int? {
    var offset = 2
    while let marker = marker(bytes, &offset) {
      if marker == 0xD9 { return offset }
      if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      guard offset + 2 <= bytes.count else { return nil }
      let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      guard length >= 2, length <= bytes.count - offset else { return nil }
      guard body(marker, bytes.extracting(offset + 2..<offset + length)) else { return nil }
      offset += length
      if marker == 0xDA { skipScan(bytes, &offset) }
    }
    return nil
  }

  /// The next marker's code, behind `FF` bytes that may be many.
  private static func marker(_ bytes: Span<UInt8>, _ offset: inout Int) -> UInt8? {
    guard offset < bytes.count, bytes[offset] == 0xFF else { return nil }
    while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
    guard offset < bytes.count else { return nil }
    offset += 1
    return bytes[offset - 1]
  }

  /// Goes to the marker behind a scan: in coded data, `FF` is followed by 0 or by the code of a restart marker.
  private static func skipScan(_ bytes: Span<UInt8>, _ offset: inout Int) {
    while offset + 1 < bytes.count {
      if bytes[offset] == 0xFF, bytes[offset + 1] != 0, !(0xD0...0xD7).contains(bytes[offset + 1]) { return }
      offset += 1
    }
    offset = bytes.count
  }

  private static func begins(_ segment: Span<UInt8>, with mark: StaticString) -> Bool {
    let count = mark.utf8CodeUnitCount
    guard segment.count >= count else { return false }
    return (0..<count).allSatisfy { unsafe segment[$0] == mark.utf8Start[$0] }
  }
}
