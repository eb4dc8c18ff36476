internal import SluicePlatform

/// Makes tokens of texts, as CLIP's networks want them.
///
/// ```swift
/// let bytePair = BytePair(try Merges(contentsOf: "bpe_simple_vocab_16e6.txt.gz"))
/// bytePair.ids(of: "This is a video about archery")  // [589, 533, 320, 1455, 781, 23935]
/// try bytePair.sequence(of: "archery")  // 49406, 23935, 49407, then 74 zeros
/// ```
/// Texts are repaired and cleaned, written in lower case and split into words, single digits and runs of signs; each of
/// these is made of symbols of its bytes. Every text has tokens: none is unknown. The strings `<|startoftext|>` and
/// `<|endoftext|>` keep their meaning where they stand in a text.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021.
public struct BytePair: Sendable {
  /// The merges there are.
  public let merges: Merges
  /// What each id stands for.
  private let symbols: [String]
  /// The id of each of the symbols of single bytes, which is a later one where a merge leads to the same symbol.
  private let byteSymbols: [Int]
  private let merger: PieceMerger
  /// The ids of pieces that were seen.
  private let known: Lock<[ExactText: [Int]]> = Lock([:])

  /// Pieces that are kept, and the bytes of the longest one of them: far more than a data set's words.
  private static let knownLimit = (pieces: 1 << 16, bytes: 64)

  /// Tokens by these merges.
  /// - Complexity: one table of all merges is built.
  public init(_ merges: Merges) {
    self.merges = merges
    let pairs = (0..<merges.count).map { merges.pair($0) }
    var symbols = ByteAlphabet.symbols
    for pair in pairs { symbols.append(pair.left + pair.right) }
    symbols += [TextPieces.start, TextPieces.end]
    // Of equal symbols the later one counts.
    var ids: [ExactText: Int] = [:]
    for (id, symbol) in symbols.enumerated() { ids[ExactText(symbol)] = id }
    var table: [PieceMerger.Pair: PieceMerger.Merge] = [:]
    for (rank, pair) in pairs.enumerated() {
      // A symbol that is none of the vocabulary's never stands in a text.
      guard let left = ids[ExactText(pair.left)], let right = ids[ExactText(pair.right)],
        let joined = ids[ExactText(pair.left + pair.right)]
      else { continue }
      table[PieceMerger.Pair(left: left, right: right)] = PieceMerger.Merge(rank: rank, joined: joined)
    }
    self.symbols = symbols
    byteSymbols = ByteAlphabet.symbols.enumerated().map { ids[ExactText($1)] ?? $0 }
    merger = PieceMerger(merges: table)
  }

  /// The ids of a text, cleaned, without those that begin and end it.
  /// - Complexity: n log n for the longest of its words; words that were seen before are looked up.
  public func ids(of text: String) -> [Int] {
    TextPieces(text: CleanText.scalars(of: text)).flatMap { ids(ofPiece: String(String.UnicodeScalarView($0))) }
  }

  /// The ids of a text as the network takes them: start, those of its pieces, end, then zeros.
  ///
  /// - Parameters:
  ///   - text: any; it is cleaned.
  ///   - length: how many ids there are, at least 2.
  ///   - truncates: whether a text that is too long loses its rest; the last id is that of the end all the same.
  /// - Returns: `length` ids.
  /// - Throws: ``VocabularyError`` that names the text and how many tokens it has, if these are too many.
  public func sequence(
    of text: String, length: Int = 77, truncates: Bool = false
  ) throws(VocabularyError) -> [Int32] {
    precondition(length >= 2, "a text of \(length) tokens has no room for those that begin and end it")
    var pieces = ids(of: text)
    let room = length - 2
    if pieces.count > room {
      guard truncates else {
        let shown = text.count > 80 ? "\(text.prefix(80))…" : text
        throw VocabularyError(
          origin: "“\(shown)”",
          reason: "has \(pieces.count + 2) tokens, those that begin and end it included, and \(length) are the most; "
            + "shorten the text")
      }
      pieces.removeLast(pieces.count - room)
    }
    var sequence = [Int32](repeating: 0, count: length)
    for (index, id) in ([merges.start] + pieces + [merges.end]).enumerated() { sequence[index] = Int32(id) }
    return sequence
  }

  /// What ids stand for: words with a space behind each, bytes that are no text as U+FFFD.
  ///
  /// An id that the vocabulary does not have is U+FFFD too.
  public func text(of ids: [Int]) -> String {
    var bytes: [UInt8] = []
    for id in ids {
      if symbols.indices.contains(id) {
        bytes += symbols[id].unicodeScalars.compactMap { ByteAlphabet.byte(of: $0) }
      } else {
        bytes += Array("\u{FFFD}".utf8)
      }
    }
    return BytePair.withSpaces(String(decoding: bytes, as: UTF8.self))
  }

  /// A text with a space in place of each word's end.
  private static func withSpaces(_ text: String) -> String {
    let (scalars, end) = (Array(text.unicodeScalars), Array(ByteAlphabet.wordEnd.unicodeScalars))
    var result = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let isEnd = scalars[index...].starts(with: end)
      result.append(isEnd ? " " : scalars[index])
      index += isEnd ? end.count : 1
    }
    return String(result)
  }

  /// A text as it is before it is split, for comparing.
  package static func cleaned(_ text: String) -> String {
    String(String.UnicodeScalarView(CleanText.scalars(of: text)))
  }

  /// The symbols of a text, as they stand in a file of merges.
  package func pieces(of text: String) -> [String] { ids(of: text).map { symbols[$0] } }

  private func ids(ofPiece piece: String) -> [Int] {
    let key = ExactText(piece)
    if key == ExactText(TextPieces.start) { return [merges.start] }
    if key == ExactText(TextPieces.end) { return [merges.end] }
    if let ids = known.withLock({ $0[key] }) { return ids }
    let ids = merger.merged(ByteAlphabet.symbolIDs(of: piece.utf8).map { byteSymbols[$0] })
    if piece.utf8.count <= BytePair.knownLimit.bytes {
      known.withLock { known in
        if known.count < BytePair.knownLimit.pieces { known[key] = ids }
      }
    }
    return ids
  }
}
