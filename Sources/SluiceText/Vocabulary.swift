internal import SluicePlatform

/// The tokens that texts are made of, each with its number: a `vocab.txt`.
///
/// ```swift
/// let vocabulary = try Vocabulary(contentsOf: "vocab.txt")
/// vocabulary.id(of: "guitar")  // its line, from 0
/// ```
/// Tokens are compared by their bytes. Where one stands twice, its id is that of the later line.
/// - Source: Devlin et al., "BERT", NAACL 2019: the uncased vocabulary and its special tokens.
public struct Vocabulary: Sendable {
  /// The tokens in the order of their ids; what continues a word begins with `##`.
  public let tokens: [String]
  /// Where they come from, for messages: the path of the file.
  public let origin: String
  /// The id of `[PAD]`, which fills texts up to a common length.
  public let padding: Int
  /// The id of `[UNK]`, which stands for a word that cannot be made of tokens.
  public let unknown: Int
  /// The id of `[CLS]`, which begins a text.
  public let start: Int
  /// The id of `[SEP]`, which ends a text.
  public let end: Int
  /// The id of `[MASK]`, which stands for a hidden word.
  public let mask: Int
  let trie: TokenTrie

  /// What the special tokens are called: padding, unknown, start, end, mask.
  static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
  /// What a token that continues a word begins with.
  static let continuation = "##"

  /// A vocabulary of these tokens.
  /// - Parameters:
  ///   - tokens: in the order of their ids.
  ///   - origin: where they come from, for messages.
  /// - Throws: ``VocabularyError`` if there is none, if one holds a line end, or if one of the special tokens is missing.
  public init(tokens: [String], origin: String) throws(VocabularyError) {
    guard !tokens.isEmpty else {
      throw VocabularyError(
        origin: origin, reason: "is empty; wanted: a token on each line, as `sluice vocab` writes them")
    }
    if let index = tokens.firstIndex(where: { $0.utf8.contains { $0 == 0x0A || $0 == 0x0D } }) {
      throw VocabularyError(
        origin: origin, line: index + 1,
        reason: "the token holds a line end; wanted: lines that end at \\n or \\r\\n, each of them one token")
    }
    // Before the tree is built: a file that is something else ends here.
    let ids = Vocabulary.specialTokens.map { name in tokens.lastIndex { ExactText($0) == ExactText(name) } }
    let missing = zip(Vocabulary.specialTokens, ids).filter { $0.1 == nil }.map(\.0)
    guard missing.isEmpty else {
      throw VocabularyError(
        origin: origin,
        reason: "has no \(missing.joined(separator: " and no ")) among its \(tokens.count) tokens; wanted: "
          + "\(Vocabulary.specialTokens.joined(separator: ", ")), each on a line of its own, as in BERT's vocab.txt and in "
          + "those that `sluice vocab` writes")
    }
    let special = ids.compactMap(\.self)
    self.tokens = tokens
    self.origin = origin
    (padding, unknown, start, end, mask) = (special[0], special[1], special[2], special[3], special[4])
    trie = TokenTrie(tokens)
  }

  /// Tokens there are.
  public var count: Int { tokens.count }

  /// The id of a token by its bytes; `nil` if there is no such token.
  public func id(of token: String) -> Int? { trie.token(token) }

  /// Whether it is the id of one of the five special tokens, which are never hidden.
  public func isSpecial(_ id: Int) -> Bool {
    id == padding || id == unknown || id == start || id == end || id == mask
  }

  /// The file that holds the vocabulary: a token on each line.
  public var fileText: String { tokens.joined(separator: "\n") + "\n" }
}

extension Vocabulary: Equatable {
  /// Whether the tokens are the same in bytes and order, wherever they come from.
  public static func == (first: Vocabulary, second: Vocabulary) -> Bool {
    first.count == second.count && first.differingToken(from: second) == nil
  }

  private func differingToken(from other: Vocabulary) -> Int? {
    zip(tokens, other.tokens).enumerated().first { ExactText($1.0) != ExactText($1.1) }?.offset
  }

  /// What sets the vocabulary apart from another one, as a clause; `nil` if nothing does.
  ///
  /// The first token that differs is named, with both origins, and else the numbers of tokens.
  public func firstDifference(from other: Vocabulary) -> String? {
    if let id = differingToken(from: other) {
      var (own, others) = (tokens[id], other.tokens[id])
      // Different bytes that look the same are spelled out.
      if own == others { (own, others) = (own.escaped, others.escaped) }
      return "token \(id) is “\(own)” in \(origin) and “\(others)” in \(other.origin)"
    }
    guard count != other.count else { return nil }
    return
      "\(origin) has \(count) tokens and \(other.origin) \(other.count), of which the first \(min(count, other.count)) "
      + "are the same"
  }
}

extension String {
  fileprivate var escaped: String { unicodeScalars.map { $0.escaped(asASCII: true) }.joined() }
}
