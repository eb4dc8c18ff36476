/// Makes tokens of texts, as BERT's uncased models do.
///
/// ```swift
/// let wordPiece = WordPiece(try Vocabulary(contentsOf: "vocab.txt"))
/// wordPiece.pieces(of: "Skateboarding dogs!")  // ["skate", "##board", "##ing", "dogs", "!"]
/// wordPiece.ids(of: "a dog")  // [CLS] a dog [SEP]
/// ```
/// Texts are cleaned of what is not seen, split at blanks, around ideographs and around punctuation, freed of accents and
/// written in lower case. Each word then is made of the longest tokens that fit, from the left; one that cannot be made of
/// them, or has more than 100 characters, is one `[UNK]`. Special tokens that stand in a text keep their meaning.
/// - Source: Devlin et al., "BERT", NAACL 2019; Wu et al., "Google's neural machine translation system", 2016.
public struct WordPiece: Sendable {
  /// The tokens there are.
  public let vocabulary: Vocabulary
  /// Where the tokens that continue a word begin; `nil` if there are none.
  private let continuation: Int?

  /// Unicode scalars of the longest word that is looked up.
  static let longestWord = 100

  /// Makes tokens of a vocabulary.
  public init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    continuation = vocabulary.trie.node(Vocabulary.continuation)
  }

  /// The ids of a text: that of `[CLS]`, those of its pieces, that of `[SEP]`.
  ///
  /// - Parameter maximumLength: how many ids there are at most, at least 2; pieces beyond are cut off.
  /// - Returns: 2 ids or more, never padded.
  /// - Complexity: the text's length.
  public func ids(of text: String, maximumLength: Int = 512) -> [Int] {
    precondition(maximumLength >= 2, "a text of \(maximumLength) tokens has no room for [CLS] and [SEP]")
    var ids = [vocabulary.start]
    appendPieces(of: text, to: &ids, upTo: maximumLength - 1)
    ids.append(vocabulary.end)
    return ids
  }

  /// The pieces of a text as tokens, without `[CLS]` and `[SEP]`; none is cut off.
  public func pieces(of text: String) -> [String] {
    var ids: [Int] = []
    appendPieces(of: text, to: &ids, upTo: .max)
    return ids.map { vocabulary.tokens[$0] }
  }

  /// Appends ids of pieces until there are `limit` ids, or all are there.
  private func appendPieces(of text: String, to ids: inout [Int], upTo limit: Int) {
    let split = SplitText(text)
    for word in split.words {
      guard ids.count < limit else { break }
      if word.isSpecial {
        ids.append(vocabulary.id(of: split.text(of: word)) ?? vocabulary.unknown)
      } else {
        appendPieces(of: word, split.bytes, to: &ids)
      }
    }
    if ids.count > limit { ids.removeLast(ids.count - limit) }
  }

  private func appendPieces(of word: SplitText.Word, _ bytes: [UInt8], to ids: inout [Int]) {
    let before = ids.count
    var rest = word.range
    var node: Int? = TokenTrie.root
    while !rest.isEmpty, word.length <= WordPiece.longestWord {
      guard let start = node, let piece = vocabulary.trie.longestToken(in: bytes, rest, from: start) else { break }
      ids.append(piece.token)
      rest = piece.end..<rest.upperBound
      node = continuation
    }
    if !rest.isEmpty { ids.replaceSubrange(before..., with: [vocabulary.unknown]) }
  }
}
