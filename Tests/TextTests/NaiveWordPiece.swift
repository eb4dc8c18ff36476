import Foundation

/// WordPiece step by step as it is defined, on lists of Unicode scalars and with Foundation's decomposition.
struct NaiveWordPiece {
  typealias Scalars = [Unicode.Scalar]

  /// A word, or a special token that stands in a text.
  struct Word: Equatable {
    let scalars: Scalars
    let isSpecial: Bool
  }

  private let tokens: Set<Scalars>
  private let longest: Int

  init(_ tokens: [String]) {
    self.tokens = Set(tokens.map { Array($0.unicodeScalars) })
    longest = self.tokens.map(\.count).max() ?? 0
  }

  /// The pieces of a word.
  func pieces(of word: Word) -> [Scalars] {
    let unknown = [Scalars("[UNK]".unicodeScalars)]
    if word.isSpecial { return [word.scalars] }
    guard word.scalars.count <= 100 else { return unknown }
    var pieces: [Scalars] = []
    var start = 0
    while start < word.scalars.count {
      let candidates = stride(from: min(word.scalars.count, start + longest), to: start, by: -1).lazy.map { end in
        (piece: (start > 0 ? Scalars("##".unicodeScalars) : []) + word.scalars[start..<end], end: end)
      }
      guard let found = candidates.first(where: { tokens.contains($0.piece) }) else { return unknown }
      pieces.append(found.piece)
      start = found.end
    }
    return pieces
  }

  static func words(of text: String) -> [Word] {
    let scalars = Scalars(text.unicodeScalars)
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map { Scalars($0.unicodeScalars) }
    var words: [Word] = []
    var part: Scalars = []
    var index = 0
    while index < scalars.count {
      if let token = special.first(where: { scalars[index...].starts(with: $0) }) {
        words += ordinaryWords(of: part) + [Word(scalars: token, isSpecial: true)]
        part = []
        index += token.count
      } else {
        part.append(scalars[index])
        index += 1
      }
    }
    return words + ordinaryWords(of: part)
  }

  private static func ordinaryWords(of part: Scalars) -> [Word] {
    let cleaned = part.compactMap { scalar -> Unicode.Scalar? in
      if ["\t", "\n", "\r"].contains(scalar) { return " " }
      let dropped: [Unicode.GeneralCategory] = [.control, .format, .unassigned, .privateUse]
      if scalar.value == 0 || scalar.value == 0xFFFD || dropped.contains(scalar.properties.generalCategory) {
        return nil
      }
      return scalar.properties.isWhitespace ? " " : scalar
    }
    let apart = cleaned.flatMap { scalar -> Scalars in isIdeograph(scalar) ? [" ", scalar, " "] : [scalar] }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: apart)
    let plain = String(view).decomposedStringWithCanonicalMapping.unicodeScalars
      .filter { $0.properties.generalCategory != .nonspacingMark }
    let lower = plain.flatMap { Scalars($0.properties.lowercaseMapping.unicodeScalars) }
    let separated = lower.flatMap { scalar -> Scalars in isPunctuation(scalar) ? [" ", scalar, " "] : [scalar] }
    return separated.split { $0 == " " }.map { Word(scalars: Scalars($0), isSpecial: false) }
  }

  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    let blocks: [ClosedRange<UInt32>] = [
      0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B820...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F,
    ]
    return blocks.contains { $0.contains(scalar.value) }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".unicodeScalars.contains(scalar) }
    let categories: [Unicode.GeneralCategory] = [
      .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation,
    ]
    return categories.contains(scalar.properties.generalCategory)
  }
}
