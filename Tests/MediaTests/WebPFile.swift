/// An animated WebP file of parts in one color each (RFC 9649), as bytes.
struct WebPFile {
  /// A part of the canvas; its image has the size that the part says, if no other is given.
  struct Part {
    var left = 0
    var top = 0
    var width = 8
    var height = 8
    var imageSize: (width: Int, height: Int)?
    var color: (red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8) = (255, 0, 0, 255)
    var milliseconds = 100
  }

  var width = 8
  var height = 8
  var parts: [Part] = []

  var bytes: [UInt8] {
    let canvas = [0x12, 0, 0, 0] + Self.word(width - 1, 3) + Self.word(height - 1, 3)
    let content =
      Self.chunk("VP8X", canvas) + Self.chunk("ANIM", [UInt8](repeating: 0, count: 6))
      + parts.flatMap { part in
        let image = part.imageSize ?? (part.width, part.height)
        return Self.chunk(
          "ANMF",
          Self.word(part.left / 2, 3) + Self.word(part.top / 2, 3) + Self.word(part.width - 1, 3)
            + Self.word(part.height - 1, 3) + Self.word(part.milliseconds, 3) + [0]
            + Self.chunk("VP8L", Self.image(image, part)))
      }
    return Array("RIFF".utf8) + Self.word(4 + content.count, 4) + Array("WEBP".utf8) + content
  }

  /// A lossless image whose five prefix codes have one symbol each, so that no pixel takes a bit.
  private static func image(_ size: (width: Int, height: Int), _ part: Part) -> [UInt8] {
    var bits: [Bool] = []
    func put(_ value: Int, _ count: Int) { bits += (0..<count).map { value >> $0 & 1 == 1 } }
    put(size.width - 1, 14)
    put(size.height - 1, 14)
    put(1, 1)  // it has alpha
    put(0, 3)  // the version
    put(0, 3)  // no transform, no color cache, one group of codes
    for symbol in [part.color.green, part.color.red, part.color.blue, part.color.alpha, 0] {
      put(1, 1)  // a simple code
      put(0, 1)  // of one symbol
      put(1, 1)  // in 8 bits
      put(Int(symbol), 8)
    }
    let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<min(start + 8, bits.count)].enumerated().reduce(UInt8(0)) { $0 | ($1.1 ? 1 << $1.0 : 0) }
    }
    return [0x2F] + bytes
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    Array(name.utf8) + word(content.count, 4) + content + [UInt8](repeating: 0, count: content.count % 2)
  }

  private static func word(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
