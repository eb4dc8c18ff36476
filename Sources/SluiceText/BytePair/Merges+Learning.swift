internal import SluicePlatform

extension Merges {
  /// Learns merges from texts: of the symbols there are, those two that stand together most often are joined, again and
  /// again.
  ///
  /// Equal texts give equal merges, whatever their order.
  /// - Parameters:
  ///   - texts: any, such as sentences or single words; they are cleaned first.
  ///   - count: merges at most, 1…48,894; fewer where no two symbols stand together twice any more.
  /// - Throws: ``VocabularyError`` if `count` is none of those numbers, or if the texts hold nothing to join.
  /// - Complexity: the texts' length, and for each merge the words that hold its pair.
  public static func learned(from texts: some Sequence<String>, count: Int) throws(VocabularyError) -> Merges {
    guard (1...limit).contains(count) else {
      throw VocabularyError(
        origin: "texts", reason: "\(count) merges cannot be learned; ask for 1 to \(limit), such as 500")
    }
    var textCount = 0
    var occurrences: [ExactText: Int] = [:]
    for text in texts {
      textCount += 1
      for piece in TextPieces(text: CleanText.scalars(of: text)) {
        occurrences[ExactText(String(String.UnicodeScalarView(piece))), default: 0] += 1
      }
    }
    for token in [TextPieces.start, TextPieces.end] { occurrences[ExactText(token)] = nil }
    let found = lines(joining: occurrences, count: count)
    guard !found.isEmpty else {
      throw VocabularyError(
        origin: "texts",
        reason: "no two characters stand together twice in \(textCount) texts; wanted: sentences or words to learn "
          + "merges from")
    }
    return Merges(checked: found, origin: "texts")
  }

  private static func lines(joining occurrences: [ExactText: Int], count: Int) -> [String] {
    var symbols = ByteAlphabet.symbols
    var known = Set(symbols.map { ExactText($0) })
    var pairs = FrequentPairs(
      occurrences.map { FrequentPairs.Word(pieces: ByteAlphabet.symbolIDs(of: $0.string.utf8), count: $1) })
    var lines: [String] = []
    while lines.count < count, let pair = pairs.takeMostFrequent() {
      let joined = symbols[pair.left] + symbols[pair.right]
      // Two ways may lead to one symbol; its id is to be one.
      guard known.insert(ExactText(joined)).inserted else { continue }
      pairs.join(pair, as: symbols.count)
      lines.append("\(symbols[pair.left]) \(symbols[pair.right])")
      symbols.append(joined)
    }
    return lines
  }
}
