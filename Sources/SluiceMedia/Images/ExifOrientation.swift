extension Orientation {
  /// The turn that an Exif block asks for; none where it does not say.
  ///
  /// - Parameter block: a TIFF structure, without the word `Exif` (CIPA DC-008, 4.5 and 4.6.5).
  init(exif block: Span<UInt8>) {
    self.init(exif: Orientation.value(in: block) ?? 1)
  }

  /// - Parameter value: 1 (none) … 8, Exif's tag `Orientation`.
  init(exif value: Int) {
    self.init()
    isTransposed = (5...8).contains(value)
    isMirroredHorizontally = [2, 3, 6, 7].contains(value)
    isMirroredVertically = [3, 4, 7, 8].contains(value)
  }

  private static func value(in block: Span<UInt8>) -> Int? {
    guard block.count >= 8, block[0] == block[1], block[0] == UInt8(ascii: "I") || block[0] == UInt8(ascii: "M") else {
      return nil
    }
    let isLittle = block[0] == UInt8(ascii: "I")
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, offset <= block.count - count else { return nil }
      return (0..<count).reduce(0) { $0 << 8 | Int(block[offset + (isLittle ? count - 1 - $1 : $1)]) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<count {
      let offset = directory + 2 + 12 * entry
      guard let tag = number(offset, 2) else { return nil }
      if tag == 0x0112 { return number(offset + 2, 2) == 3 ? number(offset + 8, 2) : nil }
    }
    return nil
  }
}
