import Foundation
import SluiceText
import TestSupport
import Testing

/// Vocabularies as files hold them.
@Suite struct VocabularyTests {
  private static let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  private static func read(_ text: String) throws -> Vocabulary {
    try withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/vocab.txt"))
      return try Vocabulary(contentsOf: folder + "/vocab.txt")
    }
  }

  @Test func idsAreTheNumbersOfLines() throws {
    let vocabulary = try Self.read("a\n[SEP]\n b \n[MASK]\n\n[CLS]\n##c\n[UNK]\n\u{2028}d\n[PAD]")
    #expect(vocabulary.tokens == ["a", "[SEP]", " b ", "[MASK]", "", "[CLS]", "##c", "[UNK]", "\u{2028}d", "[PAD]"])
    #expect(vocabulary.count == 10)
    #expect(vocabulary.end == 1 && vocabulary.mask == 3 && vocabulary.start == 5)
    #expect(vocabulary.unknown == 7 && vocabulary.padding == 9)
    #expect((0..<10).filter(vocabulary.isSpecial) == [1, 3, 5, 7, 9])
    for (id, token) in vocabulary.tokens.enumerated() { #expect(vocabulary.id(of: token) == id) }
    #expect(vocabulary.id(of: "b") == nil && vocabulary.id(of: "[pad]") == nil && vocabulary.id(of: "##") == nil)
  }

  @Test func linesMayEndAsOnWindows() throws {
    let text = (Self.special + ["a", "", "##b"]).joined(separator: "\n")
    let vocabulary = try Self.read(text)
    #expect(try Self.read(text + "\n") == vocabulary)
    #expect(try Self.read(text.replacingOccurrences(of: "\n", with: "\r\n")) == vocabulary)
    #expect(try Self.read(text.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n") == vocabulary)
    // A line that is empty is a token; the end of the last line begins none.
    #expect(try Self.read(text + "\n\n").count == vocabulary.count + 1)
  }

  @Test func ofEqualTokensTheLaterLineCounts() throws {
    let vocabulary = try Self.read(
      "[MASK]\na\n[PAD]\n[UNK]\n[CLS]\n[SEP]\nb\na\n[MASK]\n##a\nb\n##a\n[PAD]\n")
    #expect(vocabulary.count == 13)
    #expect(vocabulary.id(of: "a") == 7 && vocabulary.id(of: "b") == 10 && vocabulary.id(of: "##a") == 11)
    #expect(vocabulary.mask == 8 && vocabulary.padding == 12)
    #expect(!vocabulary.isSpecial(0) && !vocabulary.isSpecial(2) && vocabulary.isSpecial(8))
    #expect(WordPiece(vocabulary).ids(of: "a b aa [MASK]") == [4, 7, 10, 7, 11, 8, 5])
  }

  @Test func theFileOfAVocabularyIsReadAsTheSame() throws {
    for tail in [["a", "", "##b"], ["e\u{301}", "\u{E9}", ""], ["x\u{85}y", "\u{FEFF}", "\u{0}"]] {
      let vocabulary = try Vocabulary(tokens: Self.special + tail, origin: "test")
      let read = try Self.read(vocabulary.fileText)
      #expect(read == vocabulary && read.fileText == vocabulary.fileText)
    }
  }

  @Test func theFirstDifferenceIsNamed() throws {
    func vocabulary(_ tokens: [String], _ origin: String) throws -> Vocabulary {
      try Vocabulary(tokens: Self.special + tokens, origin: origin)
    }
    let own = try vocabulary(["cat", "dog", "cow"], "run/vocab.txt")
    #expect(own.firstDifference(from: try vocabulary(["cat", "dog", "cow"], "b.txt")) == nil)
    #expect(own == (try vocabulary(["cat", "dog", "cow"], "b.txt")))
    let swapped = try vocabulary(["cat", "cow", "dog"], "b.txt")
    #expect(own.firstDifference(from: swapped) == "token 6 is “dog” in run/vocab.txt and “cow” in b.txt")
    #expect(own != swapped)
    let shorter = try vocabulary(["cat"], "b.txt")
    #expect(
      own.firstDifference(from: shorter)
        == "run/vocab.txt has 8 tokens and b.txt 6, of which the first 6 are the same")
    #expect(own != shorter && shorter != own)
    // The same to the eye, and to `String`.
    let composed = try vocabulary(["caf\u{E9}"], "a.txt")
    let apart = try vocabulary(["cafe\u{301}"], "b.txt")
    #expect(composed != apart)
    #expect(
      composed.firstDifference(from: apart)
        == #"token 5 is “caf\u{00E9}” in a.txt and “cafe\u{0301}” in b.txt"#)
  }

  /// The tree of tokens beside a search through all of them.
  @Test func everyTokenIsFoundByItsBytes() throws {
    let texts = (0..<500).map { UnicodeTexts.text($0).split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
    let vocabulary = try Vocabulary(tokens: Self.special + texts, origin: "test")
    for text in texts + texts.map({ $0 + "a" }) + texts.map({ String($0.dropLast()) }) {
      let wanted = vocabulary.tokens.lastIndex { $0.utf8.elementsEqual(text.utf8) }
      #expect(vocabulary.id(of: text) == wanted, "\(text.debugDescription)")
    }
  }
}
