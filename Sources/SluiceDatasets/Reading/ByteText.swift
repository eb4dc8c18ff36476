/// What lists need of text while it is still bytes.
enum ByteText {
  /// A space or a tab; no other character is trimmed or splits a line.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// `range` without the blanks at its ends.
  static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// The whole number that the bytes spell: an optional sign, then digits; `nil` for anything else.
  ///
  /// What does not fit is `Int.max` or `Int.min`, so that it is refused as a number and not taken for a name.
  static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    var offset = range.lowerBound
    guard offset < range.upperBound else { return nil }
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative || bytes[offset] == UInt8(ascii: "+") { offset += 1 }
    guard offset < range.upperBound else { return nil }
    var value = 0
    var isTooLarge = false
    while offset < range.upperBound {
      let digit = bytes[offset]
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (tens, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      if first || second { isTooLarge = true } else { value = sum }
      offset += 1
    }
    if isTooLarge { return isNegative ? .min : .max }
    return isNegative ? -value : value
  }

  /// The finite number that the bytes spell.
  static func real(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
    guard let first = range.first, !isBlank(bytes[first]), let value = Double(text(bytes, range)), value.isFinite
    else { return nil }
    return value
  }

  /// Whether the text ends like the name of a file: a dot and one to five letters or digits, one of them a letter.
  static func looksLikeFile(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    guard let dot = range.reversed().prefix(7).first(where: { bytes[$0] == UInt8(ascii: ".") }) else { return false }
    let ending = bytes[dot + 1..<range.upperBound]
    return (1...5).contains(ending.count) && ending.allSatisfy { isLetter($0) || isDigit($0) }
      && ending.contains(where: isLetter)
  }

  /// Whether the text can only be a path: it ends like a file, or with a slash.
  static func looksLikePath(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    guard let last = range.last else { return false }
    return bytes[last] == UInt8(ascii: "/") || looksLikeFile(bytes, range)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }
}
