/// The code page 1252 where it differs from Latin 1.
enum Windows1252 {
  /// What the bytes 0x80 … 0x9F are there; those that are not defined stay what they are.
  private static let characters: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
  ]

  /// What was meant by a control character U+0080 … U+009F; any other character is itself.
  static func character(for scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard (0x80...0x9F).contains(scalar.value) else { return scalar }
    return Unicode.Scalar(characters[Int(scalar.value) - 0x80]) ?? scalar
  }
}
