/// The NAL units of a packet or of a codec's headers, behind start codes or behind their lengths.
enum NALUnits {
  /// Calls `body` with each NAL unit, its header first, until it returns `false`.
  ///
  /// - Parameter lengthSize: bytes of the length in front of each unit, 0 for start codes.
  /// - Returns: `false` if a unit is longer than what is left of the packet.
  @discardableResult
  static func forEach(_ bytes: Span<UInt8>, lengthSize: Int, _ body: (Span<UInt8>) -> Bool) -> Bool {
    if lengthSize > 0 { return forEach(bytes, behindLengthsOf: lengthSize, body) }
    forEachBehindStartCodes(bytes, body)
    return true
  }

  private static func forEach(_ bytes: Span<UInt8>, behindLengthsOf size: Int, _ body: (Span<UInt8>) -> Bool) -> Bool {
    var offset = 0
    while offset + size < bytes.count {
      var length = 0
      for byte in 0..<size { length = length << 8 | Int(bytes[offset + byte]) }
      offset += size
      guard length <= bytes.count - offset else { return false }
      if length > 0, !body(bytes.extracting(offset..<offset + length)) { return true }
      offset += length
    }
    return true
  }

  /// Calls `body` with each of `count` parameter sets behind 16-bit lengths, as avcC and hvcC have them.
  /// - Returns: the offset behind them; `nil` if a length is none.
  static func forEachSet(_ count: Int, in bytes: Span<UInt8>, from start: Int, _ body: (Span<UInt8>) -> Void) -> Int? {
    var offset = start
    for _ in 0..<count {
      guard offset + 2 < bytes.count else { return nil }
      let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      guard length > 0, length <= bytes.count - offset - 2 else { return nil }
      body(bytes.extracting(offset + 2..<offset + 2 + length))
      offset += 2 + length
    }
    return offset
  }

  private static func forEachBehindStartCodes(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) {
    var offset = 0
    var unit = -1
    while offset + 2 < bytes.count {
      guard bytes[offset] == 0, bytes[offset + 1] == 0, bytes[offset + 2] == 1 else {
        // No start code ends within the next three bytes unless the third is 0 or 1.
        offset += bytes[offset + 2] > 1 ? 3 : 1
        continue
      }
      if unit >= 0, unit < offset, !body(bytes.extracting(unit..<offset)) { return }
      unit = offset + 3
      offset = unit
    }
    if unit >= 0, unit < bytes.count { _ = body(bytes.extracting(unit..<bytes.count)) }
  }
}
