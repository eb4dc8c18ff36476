/// Images of kinds that FFmpeg's encoders do not write, byte by byte.
public enum ImageBytes {
  /// A PNG image of one row, not compressed.
  /// - Parameters:
  ///   - depth: bits of a sample, 8 or 16.
  ///   - colorType: 0 gray, 2 RGB, 4 gray and alpha, 6 RGB and alpha.
  ///   - samples: of all pixels, most significant byte first.
  public static func png(width: Int, depth: UInt8, colorType: UInt8, samples: [UInt8]) -> [UInt8] {
    // A filter byte in front of the row; one stored block.
    let row = [0] + samples
    let count = row.count
    let block = [1, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8 & 255)] + row
    let header = word(width) + word(1) + [depth, colorType, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", [0x78, 0x01] + block + word(adler(row))) + chunk("IEND", [])
  }

  /// A JPEG image of 8×8 pixels of one color.
  /// - Parameters:
  ///   - components: the color.
  ///   - adobe: the transform that an Adobe segment names: 0 for inks, 2 for luma, chroma and black; without such a
  ///     segment if `nil`.
  public static func jpeg(components: [Int], adobe: UInt8?) -> [UInt8] {
    let count = UInt8(components.count)
    var file: [UInt8] = [0xFF, 0xD8]
    func segment(_ marker: UInt8, _ content: [UInt8]) {
      file += [0xFF, marker, 0, UInt8(content.count + 2)] + content
    }
    if let adobe { segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, adobe]) }
    segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    segment(0xC0, [8, 0, 8, 0, 8, count] + (1...count).flatMap { [$0, 0x11, 0] })
    // Twelve categories of four bits each for the means; of the rest only the end of a block, one bit.
    segment(0xC4, [0x00, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + (0..<12))
    segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0])
    segment(0xDA, [count] + (1...count).flatMap { [$0, 0] as [UInt8] } + [0, 63, 0])
    var bits: [Int] = []
    func put(_ value: Int, _ length: Int) { bits += (0..<length).reversed().map { value >> $0 & 1 } }
    for component in components {
      let mean = 8 * (component - 128)
      let size = Int.bitWidth - mean.magnitude.leadingZeroBitCount
      put(size, 4)
      put(mean > 0 ? mean : mean + (1 << size) - 1, size)
      put(0, 1)
    }
    bits += [Int](repeating: 1, count: (8 - bits.count % 8) % 8)
    for start in stride(from: 0, to: bits.count, by: 8) {
      let byte = UInt8(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
      file += byte == 0xFF ? [0xFF, 0] : [byte]
    }
    return file + [0xFF, 0xD9]
  }

  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(type.utf8) + content
    let sum = ~named.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return word(content.count) + named + word(Int(sum))
  }

  private static func adler(_ bytes: [UInt8]) -> Int {
    var (low, high) = (1, 0)
    for byte in bytes {
      low = (low + Int(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }
}
