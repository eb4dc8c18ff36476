/// Texts as they are before they are split: repaired, without references of HTML, with single blanks, in lower case.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021: what its
///   tokenizer does to texts first.
enum CleanText {
  typealias Scalars = [Unicode.Scalar]

  static func scalars(of text: String) -> Scalars {
    var scalars = TextRepair.repaired(Array(text.unicodeScalars))
    // A reference may be spelled with one: `&amp;lt;`.
    for _ in 0..<2 { scalars = HTMLReferences.replaced(in: scalars) }
    return lowercased(trimmed(withSingleBlanks(trimmed(scalars[...]))))
  }

  private static func trimmed(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    var text = text.drop { $0.isTrimmed }
    while text.last?.isTrimmed == true { text.removeLast() }
    return text
  }

  private static func withSingleBlanks(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    var result: Scalars = []
    result.reserveCapacity(text.count)
    var isBehindBlank = false
    for scalar in text {
      if !scalar.isBlank {
        result.append(scalar)
      } else if !isBehindBlank {
        result.append(" ")
      }
      isBehindBlank = scalar.isBlank
    }
    return result[...]
  }

  /// A text in lower case, by what Unicode says about single characters and about the sigma that ends a word.
  static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> Scalars {
    var result: Scalars = []
    result.reserveCapacity(text.count)
    for index in text.indices {
      let scalar = text[index]
      if scalar.isASCII {
        result.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      } else if scalar == "\u{3A3}" {
        result.append(endsWord(text, at: index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Whether a letter stands before it and none behind, but for what may stand inside of words.
  /// - Source: the Unicode standard, table 3-17, "Final_Sigma".
  private static func endsWord(_ text: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
    let before = text[..<index].last { !$0.properties.isCaseIgnorable }
    let behind = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && behind?.properties.isCased != true
  }
}

extension Unicode.Scalar {
  /// Whether it parts words.
  var isBlank: Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Whether it is cut off at the ends of a text: blanks, and the separators among the controls.
  fileprivate var isTrimmed: Bool { isBlank || (0x1C...0x1F).contains(value) }
}
