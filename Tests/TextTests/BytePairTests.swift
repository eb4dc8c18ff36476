import SluiceText
import TestSupport
import Testing

/// Rules of splitting and joining at their edges.
@Suite struct BytePairTests {
  private static func bytePair(_ pairs: [(String, String)]) throws -> BytePair {
    BytePair(try Merges(pairs: pairs, origin: "test"))
  }

  /// The words of a text, with a space behind each.
  private static func words(_ text: String) throws -> String {
    let bytePair = try Self.bytePair([("a", "b")])
    return bytePair.text(of: bytePair.ids(of: text))
  }

  @Test func textsAreSplitIntoWordsDigitsAndSigns() throws {
    #expect(try Self.words("Room 101b on 2023-04-20") == "room 1 0 1 b on 2 0 2 3 - 0 4 - 2 0 ")
    #expect(try Self.words("C++ C# $5.00!!!") == "c ++ c # $ 5 . 0 0 !!! ")
    #expect(try Self.words("a_b-c/d\\e") == "a _ b - c / d \\ e ")
    #expect(try Self.words("\u{BD}\u{216B}\u{663}") == "\u{BD} \u{217B} \u{663} ")
    // Accents that stay characters of their own are signs, and so is what is seen as one emoji.
    #expect(try Self.words("\u{939}\u{93F}\u{928}") == "\u{939} \u{93F} \u{928} ")
    #expect(try Self.words("run\u{1F3C3}\u{200D}\u{2640}\u{FE0F}ning") == "run \u{1F3C3}\u{200D}\u{2640}\u{FE0F} ning ")
    #expect(try Self.words("") == "")
  }

  @Test func contractionsAreWordsOfTheirOwn() throws {
    #expect(
      try Self.words("It's WE'RE they've I'm you'll she'd can't") == "it 's we 're they 've i 'm you 'll she 'd can 't "
    )
    // Wherever they stand, and whatever follows.
    #expect(try Self.words("'stop rock'n'roll") == "'s top rock ' n ' roll ")
    #expect(try Self.words("don''t ''s 'S'T'") == "don '' t '' s 's 't ' ")
    #expect(try Self.words("x'y \u{2019}s") == "x ' y 's ")
    #expect(try Self.words("it'\u{17F} \u{17F}") == "it '\u{17F} \u{17F} ")
  }

  @Test func specialTokensKeepTheirMeaning() throws {
    let bytePair = try Self.bytePair([("a", "b")])
    let (start, end) = (bytePair.merges.start, bytePair.merges.end)
    #expect(start == 513 && end == 514 && bytePair.merges.vocabularySize == 515)
    #expect(bytePair.ids(of: "<|startoftext|> a<|ENDOFTEXT|>") == [start, 256 + 64, end])
    #expect(bytePair.pieces(of: "<|startoftext|>b<|endoftext|>") == ["<|startoftext|>", "b</w>", "<|endoftext|>"])
    #expect(bytePair.text(of: [start, 256 + 64, end]) == "<|startoftext|>a <|endoftext|>")
    #expect(try Self.words("<|endoftext|") == "<| endoftext | ")
    #expect(try Self.words("a<|endoftext|>b") == "a <|endoftext|>b ")
    // Kept together, but no token: its letters are others.
    #expect(try Self.words("<|\u{17F}tartoftext|>") == "<|\u{17F}tartoftext|> ")
  }

  @Test func theFirstMergeIsMadeWhereverItFits() throws {
    let plain = try Self.bytePair([("b", "c"), ("a", "b")])
    #expect(plain.pieces(of: "abcd abd") == ["a", "bc", "d</w>", "ab", "d</w>"])
    // The last symbol of a word is another one.
    #expect(plain.pieces(of: "ab abc bcb") == ["a", "b</w>", "ab", "c</w>", "bc", "b</w>"])
    #expect(try Self.bytePair([("a", "a")]).pieces(of: "aaaaa") == ["aa", "aa", "a</w>"])
    #expect(
      try Self.bytePair([("a", "a"), ("aa", "a</w>")]).pieces(of: "aaa aaaa") == ["aaa</w>", "aa", "a", "a</w>"])
    // An earlier merge may need what a later one makes.
    #expect(try Self.bytePair([("ab", "c"), ("a", "b")]).pieces(of: "abcd") == ["abc", "d</w>"])
    // All places of a merge come before what it makes possible.
    #expect(try Self.bytePair([("ab", "a"), ("a", "b")]).pieces(of: "ababd") == ["ab", "ab", "d</w>"])
    #expect(try Self.bytePair([("x", "yz"), ("a", "b")]).pieces(of: "xyz") == ["x", "y", "z</w>"])
    #expect(plain.ids(of: "a") == [320] && plain.ids(of: "!") == [256])
  }

  @Test func ofEqualSymbolsTheLaterIdCounts() throws {
    let bytePair = try Self.bytePair([("a", "b"), ("b", "c"), ("ab", "c"), ("a", "bc"), ("d", "e"), ("d", "e")])
    #expect(bytePair.merges.vocabularySize == 520)
    #expect(bytePair.ids(of: "abcx") == [515, 256 + 87])
    #expect(bytePair.ids(of: "dex") == [517, 256 + 87])
    #expect(bytePair.text(of: [514, 515, 516]) == "abcabcde")
  }

  @Test func everyByteHasASymbol() throws {
    let bytePair = try Self.bytePair([("a", "b")])
    let text = "\u{E9}\u{4E2D}\u{1F600}"
    let ids = bytePair.ids(of: text)
    #expect(ids.count == 2 + 3 + 4)
    #expect(bytePair.text(of: ids) == "\u{E9}\u{4E2D} \u{1F600} ")
    #expect(bytePair.pieces(of: "\u{E9}") == ["\u{C3}", "\u{A9}</w>"])
    #expect(bytePair.pieces(of: "\u{AD}") == ["\u{C2}", "\u{143}</w>"])
    // Half a character is none.
    #expect(bytePair.text(of: [127]) == "\u{FFFD}")
    #expect(bytePair.text(of: [-1, 64, 515]) == "\u{FFFD}a\u{FFFD}")
    #expect(bytePair.text(of: []) == "")
    let symbols = (0...UInt8.max).map { NaiveBytePair.character($0) }
    #expect(Set(symbols).count == 256)
    let ordered = (0..<256).map { bytePair.text(of: [$0]) }
    #expect(ordered[0] == "!" && ordered[93] == "~" && ordered[220] == " " && ordered[64] == "a")
  }

  @Test func sequencesAreFilledUp() throws {
    let bytePair = try Self.bytePair([("a", "b")])
    let zeros = { (count: Int) in [Int32](repeating: 0, count: count) }
    #expect(try bytePair.sequence(of: "") == [513, 514] + zeros(75))
    #expect(try bytePair.sequence(of: "A a", length: 6) == [513, 320, 320, 514, 0, 0])
    #expect(try bytePair.sequence(of: "a a", length: 4) == [513, 320, 320, 514])
    #expect(try bytePair.sequence(of: "a b a", length: 4, truncates: true) == [513, 320, 321, 514])
    #expect(try bytePair.sequence(of: "a", length: 2, truncates: true) == [513, 514])
    let long = String(repeating: "a ", count: 75)
    #expect(try bytePair.sequence(of: long).last == 514)
  }

  @Test func textsThatAreTooLongAreNamed() throws {
    let bytePair = try Self.bytePair([("a", "b")])
    #expect(
      sentence { _ = try bytePair.sequence(of: "a b a", length: 4) }
        == "“a b a”: has 5 tokens, those that begin and end it included, and 4 are the most; shorten the text")
    let long = String(repeating: "word ", count: 200)
    let found = sentence { _ = try bytePair.sequence(of: long) }
    #expect(found.hasPrefix("“\(long.prefix(80))…”: has 802 tokens"), "\(found)")
  }

  /// No word is too long to be joined in a moment.
  @Test func longWordsAreJoinedToo() throws {
    let bytePair = try Self.bytePair([("a", "b"), ("ab", "ab"), ("abab", "abab")])
    let ids = bytePair.ids(of: String(repeating: "ab", count: 100_000))
    #expect(ids == Array(repeating: 514, count: 24_999) + [513, 512, 64, 256 + 65])
  }
}
