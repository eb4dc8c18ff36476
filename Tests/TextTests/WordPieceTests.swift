import SluiceText
import Testing

/// Rules of tokenizing at their edges.
@Suite struct WordPieceTests {
  private static let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  private static func wordPiece(_ tokens: [String]) throws -> WordPiece {
    WordPiece(try Vocabulary(tokens: special + tokens, origin: "test"))
  }

  @Test func theLongestPieceWinsFromTheLeft() throws {
    let wordPiece = try Self.wordPiece(["un", "una", "##a", "##able", "##ble", "##b", "##l", "##e", "able"])
    #expect(wordPiece.pieces(of: "unable") == ["una", "##ble"])
    // The longest first piece leaves a rest without pieces: the whole word is unknown, and no shorter one is tried.
    #expect(try Self.wordPiece(["un", "una", "##able"]).pieces(of: "Unable unable") == ["[UNK]", "[UNK]"])
    #expect(try Self.wordPiece(["un"]).pieces(of: "un unu") == ["un", "[UNK]"])
    // Without `##` a piece begins a word only.
    #expect(try Self.wordPiece(["a", "b"]).pieces(of: "ab a b") == ["[UNK]", "a", "b"])
    #expect(try Self.wordPiece(["#", "##", "##a"]).pieces(of: "## #a") == ["#", "#", "#", "[UNK]"])
  }

  @Test func textsHaveAtMostAsManyIdsAsAreAsked() throws {
    let wordPiece = try Self.wordPiece(["a", "b", "##b"])
    #expect(wordPiece.ids(of: "") == [2, 3])
    #expect(wordPiece.ids(of: "a b", maximumLength: 2) == [2, 3])
    #expect(wordPiece.ids(of: "abb a", maximumLength: 4) == [2, 5, 7, 3])
    let long = String(repeating: "a ", count: 10_000)
    #expect(wordPiece.ids(of: long) == [2] + Array(repeating: 5, count: 510) + [3])
    #expect(wordPiece.pieces(of: long).count == 10_000)
    #expect(wordPiece.ids(of: "x y, z") == [2, 1, 1, 1, 1, 3])
    #expect(wordPiece.ids(of: String(repeating: "a", count: 1_000_000)) == [2, 1, 3])
  }

  @Test func specialTokensOfATextAreWhatTheirBytesAre() throws {
    let wordPiece = try Self.wordPiece(["dog", "s", "##s", "[", "]", "mask"])
    #expect(wordPiece.pieces(of: "dog[MASK]s") == ["dog", "[MASK]", "s"])
    #expect(wordPiece.pieces(of: "[[MASK]]") == ["[", "[MASK]", "]"])
    #expect(wordPiece.pieces(of: "[MASK]\u{301}s") == ["[MASK]", "s"])
    // The sign of the kelvin equals K as a character, and becomes one later.
    #expect(wordPiece.pieces(of: "[MAS\u{212A}]") == ["[", "mask", "]"])
  }

  /// `String` takes two ways to write a character for one; a vocabulary does not.
  @Test func tokensAreTheirBytes() throws {
    let wordPiece = try Self.wordPiece(["\u{304C}", "\u{304B}", "\u{E9}", "e", "\u{D55C}", "\u{1112}\u{1161}\u{11AB}"])
    #expect(wordPiece.pieces(of: "\u{304C} \u{E9} e\u{301}") == ["\u{304B}", "e", "e"])
    #expect(wordPiece.ids(of: "\u{D55C}") == [2, 10, 3])
    #expect(wordPiece.vocabulary.id(of: "\u{E9}") == 7)
    #expect(wordPiece.vocabulary.id(of: "e\u{301}") == nil)
  }

  @Test func whatVanishesLeavesNoGap() throws {
    let wordPiece = try Self.wordPiece(["ab", "a", "b"])
    for scalar in [
      "\u{0}", "\u{7}", "\u{B}", "\u{7F}", "\u{85}", "\u{AD}", "\u{200B}", "\u{FEFF}", "\u{FFFD}", "\u{E000}",
      "\u{10FFFF}", "\u{301}",
    ] {
      #expect(wordPiece.pieces(of: "a\(scalar)b") == ["ab"], "\(scalar.debugDescription)")
    }
    for scalar in ["\t", "\n", "\r", "\r\n", " ", "\u{A0}", "\u{1680}", "\u{2028}", "\u{3000}"] {
      #expect(wordPiece.pieces(of: "a\(scalar)b") == ["a", "b"], "\(scalar.debugDescription)")
    }
    // An accent belongs to the letter before, whatever stood between the two.
    #expect(wordPiece.pieces(of: "\u{E2}\u{200B}\u{323}b") == ["ab"])
  }
}
