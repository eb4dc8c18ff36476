extension ImageHeader {
  /// Reads the chunks of a WebP file (RFC 9649, 2.5).
  mutating func readWebP(_ bytes: Span<UInt8>) {
    guard bytes.count >= 20 else { return }
    let stated = 8 + bytes.littleEndian(4, 4)
    if stated <= bytes.count { end = stated }
    var offset = 12
    while offset + 8 <= min(stated, bytes.count) {
      let (length, data) = (bytes.littleEndian(offset + 4, 4), offset + 8)
      let isWhole = length <= bytes.count - data
      switch bytes.littleEndian(offset, 4) {
      case 0x5838_5056 where isWhole && length >= 10:  // VP8X: what follows, and the size of all of it
        isMoving = bytes[data] & 2 != 0
        (width, height) = (bytes.littleEndian(data + 4, 3) + 1, bytes.littleEndian(data + 7, 3) + 1)
      case 0x2038_5056 where bytes.count >= data + 10:  // VP8, lossy
        form = .yuv420
        if width == 0 {
          (width, height) = (bytes.littleEndian(data + 6, 2) & 0x3FFF, bytes.littleEndian(data + 8, 2) & 0x3FFF)
        }
      case 0x4C38_5056 where bytes.count >= data + 5:  // VP8L, lossless
        form = .rgb
        let sizes = bytes.littleEndian(data + 1, 4)
        if width == 0 { (width, height) = (sizes & 0x3FFF + 1, sizes >> 14 & 0x3FFF + 1) }
      case 0x4649_5845 where isWhole:  // EXIF, with or without a word in front
        let hasWord = length > 6 && bytes[data] == UInt8(ascii: "E")
        orientation = Orientation(exif: bytes.extracting((hasWord ? data + 6 : data)..<data + length))
      default: break
      }
      offset = data + length + length % 2
    }
  }

  /// Reads the header of a BMP file; its rows may run upwards, which a negative height says.
  mutating func readBMP(_ bytes: Span<UInt8>) {
    func number(_ offset: Int) -> Int32 {
      Int32(truncatingIfNeeded: bytes.littleEndian(offset, 4))
    }
    guard bytes.count >= 26, number(14) >= 40 else { return }
    (width, height) = (max(0, Int(number(18))), Int(number(22).magnitude))
    form = .rgb
    let rows = ((width * Int(max(1, bytes.count > 29 ? bytes[28] : 24)) + 31) / 32 * 4).multipliedReportingOverflow(
      by: height)
    let isPacked = bytes.count > 33 && number(30) != 0
    // Packed rows have no length of their own.
    if isPacked || !rows.overflow && Int(max(0, number(10))) + rows.partialValue <= bytes.count { end = bytes.count }
  }
}
