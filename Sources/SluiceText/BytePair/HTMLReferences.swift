/// Characters as HTML spells them: `&eacute;`, `&#233;`, `&#xE9;`.
enum HTMLReferences {
  /// What a name stands for.
  private struct Entity {
    let text: [Unicode.Scalar]
    /// Whether it is valid without a semicolon.
    let isValidBare: Bool
  }

  private static let entities: [String: Entity] = {
    var entities: [String: Entity] = [:]
    for entry in table.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      guard let mark = entry.firstIndex(where: { $0 == "~" || $0 == "=" }) else { continue }
      let codes = entry[entry.index(after: mark)...].split(separator: "+").compactMap { UInt32($0, radix: 16) }
      entities[String(entry[..<mark])] = Entity(
        text: codes.compactMap { Unicode.Scalar($0) }, isValidBare: entry[mark] == "~")
    }
    return entities
  }()

  /// The longest run behind `&` that is looked at for a name.
  private static let longestName = 32

  /// A text with all references replaced, as a browser does it.
  ///
  /// A semicolon may be missing where HTML allows that; of a run that is no name, the longest beginning that is one
  /// counts.
  static func replaced(in text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    replacing(in: text) { number(in: text, at: $0) ?? name(in: text, at: $0) }
  }

  /// A text with those references replaced that cannot be meant otherwise: of letters and digits, with their semicolon.
  ///
  /// The name of an entity that is all small letters may be written in capitals, and then means a capital one.
  static func clearOnesReplaced(in text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    replacing(in: text) { clear(in: text, at: $0) }
  }

  /// - Parameter reference: what stands for the reference at an `&`, and where it ends; `nil` if none is there.
  private static func replacing(
    in text: [Unicode.Scalar], _ reference: (Int) -> (text: [Unicode.Scalar], end: Int)?
  ) -> [Unicode.Scalar] {
    guard text.contains("&") else { return text }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if text[index] == "&", let found = reference(index) {
        result += found.text
        index = found.end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  /// A reference by number: `&#` and digits, or `&#x` and hexadecimal digits; then a semicolon, if there is one.
  private static func number(in text: [Unicode.Scalar], at start: Int) -> (text: [Unicode.Scalar], end: Int)? {
    var index = start + 1
    guard index < text.count, text[index] == "#" else { return nil }
    index += 1
    let isHexadecimal = index < text.count && (text[index] == "x" || text[index] == "X")
    if isHexadecimal { index += 1 }
    let firstDigit = index
    var value: UInt32 = 0
    while index < text.count, let digit = text[index].digit(isHexadecimal: isHexadecimal) {
      // Far beyond the last character, and never too large to go on with.
      value = min(value * (isHexadecimal ? 16 : 10) + digit, 1 << 24)
      index += 1
    }
    guard index > firstDigit else { return nil }
    return (characters(of: value), index < text.count && text[index] == ";" ? index + 1 : index)
  }

  /// What a number stands for: nothing if it is that of a control or of no character.
  private static func characters(of value: UInt32) -> [Unicode.Scalar] {
    switch value {
    case 0x80...0x9F: Unicode.Scalar(value).map { [Windows1252.character(for: $0)] } ?? []
    case 0, 0xD800...0xDFFF, 0x110000...: ["\u{FFFD}"]
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: []
    case _ where value & 0xFFFE == 0xFFFE: []
    default: Unicode.Scalar(value).map { [$0] } ?? []
    }
  }

  /// A reference by name.
  private static func name(in text: [Unicode.Scalar], at start: Int) -> (text: [Unicode.Scalar], end: Int)? {
    let first = start + 1
    let end = text[first...].prefix(longestName).firstIndex { $0.endsName } ?? min(text.count, first + longestName)
    if end < text.count, text[end] == ";", let found = entity(text[first..<end]) { return (found.text, end + 1) }
    for last in stride(from: end, to: first + 1, by: -1) {
      if let found = entity(text[first..<last]), found.isValidBare { return (found.text, last) }
    }
    return nil
  }

  private static func clear(in text: [Unicode.Scalar], at start: Int) -> (text: [Unicode.Scalar], end: Int)? {
    let isNumber = start + 1 < text.count && text[start + 1] == "#"
    let first = start + (isNumber ? 2 : 1)
    let end = text[min(first, text.count)...].prefix(25).firstIndex { !$0.isASCIILetterOrDigit } ?? text.count
    guard end < text.count, text[end] == ";", (1...24).contains(end - first) else { return nil }
    if isNumber {
      // A semicolon that is spelled so could be one of something else.
      guard let found = number(in: text, at: start), found.end == end + 1, found.text != [";"] else { return nil }
      return found
    }
    let name = text[first..<end]
    if let found = entity(name) { return (found.text, end + 1) }
    guard !name.contains(where: { ("a"..."z").contains($0) }), let found = entity(name.map(\.asciiLowercased)[...])
    else { return nil }
    return (found.text.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }, end + 1)
  }

  private static func entity(_ name: ArraySlice<Unicode.Scalar>) -> Entity? {
    // Names are ASCII; `String` takes some other characters for letters of it.
    guard name.allSatisfy(\.isASCII) else { return nil }
    return entities[String(String.UnicodeScalarView(name))]
  }
}

extension Unicode.Scalar {
  /// Whether no name of a reference goes on with it.
  fileprivate var endsName: Bool {
    switch self {
    case "\t", "\n", "\u{C}", " ", "<", "&", "#", ";": true
    default: false
    }
  }

  fileprivate var isASCIILetterOrDigit: Bool {
    switch self {
    case "0"..."9", "A"..."Z", "a"..."z": true
    default: false
    }
  }

  fileprivate var asciiLowercased: Unicode.Scalar {
    ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) | 0x20) : self
  }

  fileprivate func digit(isHexadecimal: Bool) -> UInt32? {
    switch self {
    case "0"..."9": value - 0x30
    case "a"..."f" where isHexadecimal: value - 0x61 + 10
    case "A"..."F" where isHexadecimal: value - 0x41 + 10
    default: nil
    }
  }
}
