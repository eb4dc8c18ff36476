package import SluiceText

/// A text in three lines: as it is, as a network sees it, and with the words that it reads where it sees none.
///
/// Tokens are joined with blanks, `[CLS]`, `[SEP]` and the pieces of words as they are; what is hidden is `[mask]`.
/// - Source: SimVTP, its visualization of words.
public struct WordLines: Sendable, Equatable {
  public let original: String
  public let masked: String
  public let predicted: String
  /// Words that were hidden, and how many of them were predicted.
  public let hiddenCount: Int
  public let rightCount: Int

  /// - Parameters:
  ///   - text: what was written.
  ///   - ids: its tokens, `[CLS]` … `[SEP]`, none of them hidden.
  ///   - hidden: positions in `ids` of the hidden ones.
  ///   - predicted: the token that a network reads at each of them.
  /// - Precondition: there is a prediction for each position, and all are of the vocabulary.
  package init(_ text: String, ids: [Int], hidden: [Int], predicted: [Int], of vocabulary: Vocabulary) {
    precondition(hidden.count == predicted.count, "\(predicted.count) predictions of \(hidden.count) hidden words")
    var seen = ids.map { vocabulary.tokens[$0] }
    var read = seen
    for (position, word) in zip(hidden, predicted) {
      seen[position] = "[mask]"
      read[position] = vocabulary.tokens[word]
    }
    original = text
    masked = seen.joined(separator: " ")
    self.predicted = read.joined(separator: " ")
    hiddenCount = hidden.count
    rightCount = zip(hidden, predicted).count { ids[$0] == $1 }
  }

  /// The three lines; what would break a line or move a terminal's cursor is a blank.
  public var lines: [String] {
    [original, masked, predicted].map { line in
      String(
        String.UnicodeScalarView(
          line.unicodeScalars.map { scalar in
            [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory) ? " " : scalar
          }))
    }
  }
}
