import SluicePlatform
import SluiceText
import Testing

/// Ten thousand texts of all of Unicode beside the definition, step by step.
@Suite struct WordPieceFuzzTests {
  private static let count = 10_000

  /// The characters of other texts of the kind as far as there is room, and short parts of their words, so that some
  /// words are known, some in part, and the longest piece is not always the right one.
  private static func vocabulary() throws -> Vocabulary {
    let texts = (count..<count + 2000).map(UnicodeTexts.text)
    var tokens = try Vocabulary.learned(from: texts, size: 3000).tokens
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "parts")
    for word in texts.flatMap(NaiveWordPiece.words) where !word.isSpecial && word.scalars.count > 1 {
      let start = random.integer(in: 0...word.scalars.count - 2)
      let end = random.integer(in: start + 2...min(word.scalars.count, start + 3))
      tokens.append((start > 0 ? "##" : "") + String(String.UnicodeScalarView(word.scalars[start..<end])))
    }
    return try Vocabulary(tokens: tokens, origin: "test")
  }

  @Test func textsHaveTheirPiecesByDefinition() throws {
    let vocabulary = try Self.vocabulary()
    let wordPiece = WordPiece(vocabulary)
    let naive = NaiveWordPiece(vocabulary.tokens)
    var (known, unknown) = (0, 0)
    for number in 0..<Self.count {
      let text = UnicodeTexts.text(number)
      let wanted = NaiveWordPiece.words(of: text).flatMap(naive.pieces(of:)).map {
        Array(String(String.UnicodeScalarView($0)).utf8)
      }
      let found = wordPiece.pieces(of: text)
      guard found.map({ Array($0.utf8) }) == wanted else {
        Issue.record("text \(number) \(text.debugDescription): \(found)")
        return
      }
      let ids = found.compactMap(vocabulary.id(of:))
      #expect(ids.count == found.count)
      for length in [2, 5, 512] {
        #expect(
          wordPiece.ids(of: text, maximumLength: length)
            == [vocabulary.start] + ids.prefix(length - 2) + [vocabulary.end])
      }
      unknown += found.count { $0 == "[UNK]" }
      known += found.count { $0 != "[UNK]" }
    }
    // Both happen often.
    #expect(known > Self.count / 2 && unknown > Self.count / 20, "\(known) known, \(unknown) unknown pieces")
  }

  /// Whatever a text is, its pieces joined are its words again, but for those that are unknown as a whole.
  @Test func joinedPiecesCoverTheWord() throws {
    let wordPiece = WordPiece(try Self.vocabulary())
    for number in 0..<Self.count {
      let text = UnicodeTexts.text(number)
      var pieces = wordPiece.pieces(of: text).map { Array($0.utf8) }[...]
      for word in NaiveWordPiece.words(of: text) {
        let bytes = Array(String(String.UnicodeScalarView(word.scalars)).utf8)
        guard var joined = pieces.popFirst() else {
          Issue.record("text \(number) \(text.debugDescription) has too few pieces")
          return
        }
        if joined == Array("[UNK]".utf8) { continue }
        while joined.count < bytes.count, let next = pieces.first, next.starts(with: "##".utf8) {
          joined += next.dropFirst(2)
          pieces.removeFirst()
        }
        guard joined == bytes else {
          Issue.record("text \(number) \(text.debugDescription): \(String(decoding: joined, as: UTF8.self))")
          return
        }
      }
      #expect(pieces.isEmpty, "text \(number) \(text.debugDescription)")
    }
  }
}
