@_spi(_Unicode) internal import Swift

/// Repairs what texts suffer on their way: references of HTML, controls of another code page, letters tied together,
/// letters of the width of ideographs, curled quotes, line ends, escapes of terminals; then composes accents.
///
/// Text whose bytes were once read in a wrong encoding is left as it is.
/// - Source: the behavior of ftfy 6.3, `fix_text`, without its repair of encodings.
enum TextRepair {
  typealias Scalars = [Unicode.Scalar]

  static func repaired(_ text: Scalars) -> Scalars {
    var result: Scalars = []
    // From the first line on that holds a tag, what looks like a reference may be meant as it stands.
    var mayBeHTML = true
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: "\n").map { $0 + 1 } ?? rest.endIndex
      let line = rest[..<end]
      if line.contains("<") { mayBeHTML = false }
      result += repaired(line: Array(line), replacingReferences: mayBeHTML)
      rest = rest[end...]
    }
    return result
  }

  /// Repairs a line again and again until nothing is left to do.
  private static func repaired(line: Scalars, replacingReferences: Bool) -> Scalars {
    var line = line
    while true {
      var next = replacingReferences ? HTMLReferences.clearOnesReplaced(in: line) : line
      next = next.flatMap { untied(Windows1252.character(for: $0)) }.map { straightened(narrowed($0)) }
      next = withoutControls(withoutTerminalEscapes(withPlainLineEnds(next)))
      next = Array(String(String.UnicodeScalarView(next))._nfc)
      if next == line { return line }
      line = next
    }
  }

  /// The letters of what is one character only because printers tied them together.
  private static func untied(_ scalar: Unicode.Scalar) -> Scalars {
    switch scalar.value {
    case 0x0132: ["I", "J"]
    case 0x0133: ["i", "j"]
    case 0x0149: ["\u{2BC}", "n"]
    case 0x01C4: ["D", "\u{17D}"]
    case 0x01C5: ["D", "\u{17E}"]
    case 0x01C6: ["d", "\u{17E}"]
    case 0x01C7: ["L", "J"]
    case 0x01C8: ["L", "j"]
    case 0x01C9: ["l", "j"]
    case 0x01CA: ["N", "J"]
    case 0x01CB: ["N", "j"]
    case 0x01CC: ["n", "j"]
    case 0x01F1: ["D", "Z"]
    case 0x01F2: ["D", "z"]
    case 0x01F3: ["d", "z"]
    case 0xFB00: ["f", "f"]
    case 0xFB01: ["f", "i"]
    case 0xFB02: ["f", "l"]
    case 0xFB03: ["f", "f", "i"]
    case 0xFB04: ["f", "f", "l"]
    case 0xFB05: ["\u{17F}", "t"]
    case 0xFB06: ["s", "t"]
    // Of all wide characters, the macron alone has two for its usual width.
    case 0xFFE3: [" ", "\u{304}"]
    default: [scalar]
    }
  }

  /// A character of its usual width.
  private static func narrowed(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar.value == 0x3000 ? " " : CharacterWidth.usual(scalar)
  }

  /// A straight quote in place of a curled one.
  private static func straightened(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x02BC, 0x2018...0x201B: "'"
    case 0x201C...0x201F: "\""
    default: scalar
    }
  }

  private static func withPlainLineEnds(_ text: Scalars) -> Scalars {
    var result: Scalars = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      switch scalar.value {
      case 0x0A where index > 0 && text[index - 1] == "\r": break
      case 0x0D, 0x2028, 0x2029, 0x85: result.append("\n")
      default: result.append(scalar)
      }
    }
    return result
  }

  /// A text without what sets colors in a terminal: `ESC [ 3 1 m`.
  private static func withoutTerminalEscapes(_ text: Scalars) -> Scalars {
    guard text.contains("\u{1B}") else { return text }
    var result: Scalars = []
    var rest = text[...]
    while let first = rest.first {
      if rest.starts(with: ["\u{1B}", "["]) {
        let end = rest.dropFirst(2).drop { $0 == ";" || $0.properties.generalCategory == .decimalNumber }
        if let last = end.first, ("a"..."z").contains(last) || ("A"..."Z").contains(last) {
          rest = end.dropFirst()
          continue
        }
      }
      result.append(first)
      rest = rest.dropFirst()
    }
    return result
  }

  private static func withoutControls(_ text: Scalars) -> Scalars {
    text.filter { scalar in
      switch scalar.value {
      case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: false
      default: true
      }
    }
  }
}
