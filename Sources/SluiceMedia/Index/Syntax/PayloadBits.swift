/// Bits, most significant first, those of a NAL unit without the bytes that prevent start codes; zeros past the end.
struct PayloadBits: BitSequence {
  private var bytes: [UInt8] = []
  private var offset = 0

  /// - Parameter most: bytes that are looked at.
  init(_ unit: Span<UInt8>, from first: Int, atMost most: Int = 1024) {
    var zeros = 0
    let end = min(unit.count, first + most)
    guard first < end else { return }
    bytes.reserveCapacity(end - first)
    for index in first..<end {
      let isGuard = zeros >= 2 && unit[index] == 3
      zeros = unit[index] == 0 ? zeros + 1 : 0
      if !isGuard { bytes.append(unit[index]) }
    }
  }

  /// Bits without such bytes between them.
  init(plain bytes: Span<UInt8>, atMost most: Int) {
    for index in 0..<min(bytes.count, most) { self.bytes.append(bytes[index]) }
  }

  /// Whether nothing past the end was asked for.
  var isInside: Bool { offset <= 8 * bytes.count }

  mutating func read(_ count: Int) -> Int {
    var value = 0
    for _ in 0..<count {
      value = value << 1 | (offset < 8 * bytes.count ? Int(bytes[offset / 8] >> UInt8(7 - offset % 8) & 1) : 0)
      offset += 1
    }
    return value
  }

  mutating func flag() -> Bool { read(1) == 1 }

  mutating func skip(_ count: Int) { offset += count }
}
