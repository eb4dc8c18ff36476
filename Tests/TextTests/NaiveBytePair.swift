/// Byte pair encoding by its definition, in plain loops over symbols that are texts.
struct NaiveBytePair {
  typealias Scalars = [Unicode.Scalar]

  private let pairs: [(left: String, right: String)]
  private var ranks: [String: Int] = [:]
  private var seen: [Scalars: [String]] = [:]

  /// - Parameter file: a file of merges, not packed.
  init(_ file: String) {
    pairs = file.split(separator: "\n").dropFirst().map { line in
      let symbols = line.split(separator: " ").map(String.init)
      return (symbols[0], symbols[1])
    }
    for (rank, pair) in pairs.enumerated() { ranks["\(pair.left) \(pair.right)"] = rank }
  }

  /// The symbols of a word.
  mutating func pieces(of word: Scalars) -> [String] {
    if let pieces = seen[word] { return pieces }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: word)
    let text = String(view)
    if NaiveBytePair.special.contains(text) { return [text] }
    var symbols = text.utf8.map(NaiveBytePair.character)
    symbols[symbols.count - 1] += "</w>"
    while symbols.count > 1 {
      let found = zip(symbols, symbols.dropFirst()).compactMap { ranks["\($0) \($1)"] }
      guard let best = found.min() else { break }
      var (joined, index): ([String], Int) = ([], 0)
      while index < symbols.count {
        if index + 1 < symbols.count, symbols[index] == pairs[best].left, symbols[index + 1] == pairs[best].right {
          joined.append(symbols[index] + symbols[index + 1])
          index += 2
        } else {
          joined.append(symbols[index])
          index += 1
        }
      }
      symbols = joined
    }
    seen[word] = symbols
    return symbols
  }

  static let special = ["<|startoftext|>", "<|endoftext|>"]

  /// The character that stands for a byte.
  static func character(_ byte: UInt8) -> String {
    if isPrintable(byte) { return String(Unicode.Scalar(byte)) }
    let before = (0..<byte).count { !isPrintable($0) }
    return String(Unicode.Scalar(UInt16(0x100 + before))!)  // no surrogate
  }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
  }

  /// The words of a cleaned text: at each character the first rule that fits.
  static func words(of text: Scalars) -> [Scalars] {
    let fixed = (special + ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"]).map { Scalars($0.unicodeScalars) }
    var words: [Scalars] = []
    var rest = text[...]
    while let first = rest.first {
      let folded = rest.prefix(20).map { $0 == "\u{17F}" ? "s" : $0 }
      let length =
        if let found = fixed.first(where: { folded.starts(with: $0) }) {
          found.count
        } else if isLetter(first) {
          rest.prefix(while: isLetter).count
        } else if isNumber(first) {
          1
        } else {
          rest.prefix { !isLetter($0) && !isNumber($0) && !$0.properties.isWhitespace }.count
        }
      if length > 0 { words.append(Scalars(rest.prefix(length))) }
      rest = rest.dropFirst(max(1, length))
    }
    return words
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    let categories: [Unicode.GeneralCategory] = [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    ]
    return categories.contains(scalar.properties.generalCategory)
  }

  private static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    let categories: [Unicode.GeneralCategory] = [.decimalNumber, .letterNumber, .otherNumber]
    return categories.contains(scalar.properties.generalCategory)
  }
}
