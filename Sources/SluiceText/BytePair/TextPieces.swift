/// The pieces of a cleaned text, which are made of symbols each by itself.
///
/// They are words, single digits, runs of signs, the ends of English contractions, and the two special tokens; what lies
/// between them is blank.
/// Accents and vowel signs that are characters of their own count as signs.
struct TextPieces: Sequence {
  /// What begins a text for the network.
  static let start = "<|startoftext|>"
  /// What ends it.
  static let end = "<|endoftext|>"

  let text: [Unicode.Scalar]

  private static let special: [[Unicode.Scalar]] = [start, end].map { Array($0.unicodeScalars) }
  private static let contractions: [[Unicode.Scalar]] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
    Array($0.unicodeScalars)
  }

  func makeIterator() -> Iterator { Iterator(text: text) }

  struct Iterator: IteratorProtocol {
    let text: [Unicode.Scalar]
    private var index = 0

    init(text: [Unicode.Scalar]) { self.text = text }

    mutating func next() -> ArraySlice<Unicode.Scalar>? {
      while index < text.count, text[index].isBlank { index += 1 }
      guard index < text.count else { return nil }
      let end = pieceEnd
      defer { index = end }
      return text[index..<end]
    }

    /// Where the piece ends that begins at `index`.
    private var pieceEnd: Int {
      let rest = text[index...]
      let fixed = text[index] == "<" ? TextPieces.special : text[index] == "'" ? TextPieces.contractions : []
      if let found = fixed.first(where: { rest.starts(with: $0) { $0.isSame(as: $1) } }) { return index + found.count }
      let kind = text[index].pieceKind
      // Digits stay alone.
      if kind == .number { return index + 1 }
      return rest.firstIndex { $0.pieceKind != kind } ?? text.count
    }
  }
}

extension Unicode.Scalar {
  fileprivate enum PieceKind {
    case letter, number, blank, sign
  }

  fileprivate var pieceKind: PieceKind {
    switch self {
    case "a"..."z", "A"..."Z": return .letter
    case "0"..."9": return .number
    case " ": return .blank
    case "!"..."~": return .sign
    default: break
    }
    if isBlank { return .blank }
    return switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: .sign
    }
  }

  /// Whether it is a small letter of ASCII, however it is written: the long s is one too.
  fileprivate func isSame(as letter: Unicode.Scalar) -> Bool {
    self == letter || (letter == "s" && self == "\u{17F}")
  }
}
