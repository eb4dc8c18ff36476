@_spi(_Unicode) internal import Swift

/// What is done to characters before words are told apart.
enum NormalizedText {
  /// A text cleaned, with gaps around ideographs, without accents and in lower case.
  static func scalars(of text: String) -> [Unicode.Scalar] {
    var cleaned = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x20..<0x7F: cleaned.append(scalar)
      case 0x09, 0x0A, 0x0D: cleaned.append(" ")
      default:
        if scalar.isDropped { continue }
        if scalar.properties.isWhitespace {
          cleaned.append(" ")
        } else if scalar.isIdeograph {
          cleaned.append(contentsOf: [" ", scalar, " "])
        } else {
          cleaned.append(scalar)
        }
      }
    }
    var result: [Unicode.Scalar] = []
    // Accents come apart only behind what has been dropped between a letter and them.
    for scalar in String(cleaned)._nfd {
      if scalar.isASCII {
        result.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      } else if scalar.properties.generalCategory != .nonspacingMark {
        // Each by itself: what stands around a capital sigma does not count.
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Whether it stands for nothing that is seen: controls, formats, private use, and what is not assigned.
  fileprivate var isDropped: Bool {
    if value == 0xFFFD { return true }
    return switch properties.generalCategory {
    case .control, .format, .unassigned, .privateUse: true
    default: false
    }
  }

  /// Whether it is a word by itself: an ideograph of Chinese, Japanese or Korean; not kana, not Hangul.
  fileprivate var isIdeograph: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B820...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Whether it is a word by itself as punctuation: all of ASCII that is neither letter nor digit, else by its category.
  var isBERTPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: return true
    case 0..<0x80: return false
    default: break
    }
    return switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }
}
