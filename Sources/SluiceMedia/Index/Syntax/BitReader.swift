/// The first 64 bits from an offset on, most significant first; zeros past the end.
///
/// Emulation prevention bytes are not removed: what is read here stands before any can occur.
struct BitReader: BitSequence {
  private var bits: UInt64 = 0

  init(_ bytes: Span<UInt8>, from first: Int) {
    for offset in first..<first + 8 {
      bits = bits << 8 | (offset < bytes.count ? UInt64(bytes[offset]) : 0)
    }
  }

  mutating func read(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    defer { bits <<= UInt64(count) }
    return Int(bits >> UInt64(64 - count))
  }
}
