import Foundation
import SluiceText
import TestSupport
import Testing

/// Files that are no vocabulary are refused with what stands there and what is wanted.
@Suite struct VocabularyErrorTests {
  static let special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"

  static let files: [(bytes: [UInt8], sentence: String)] = [
    ([], "vocab.txt: is empty; wanted: a token on each line, as `sluice vocab` writes them"),
    (
      Array("\n".utf8),
      "vocab.txt: has no [PAD] and no [UNK] and no [CLS] and no [SEP] and no [MASK] among its 1 tokens"
    ),
    (
      Array("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n[mask]\n[MASK] \n".utf8),
      "vocab.txt: has no [MASK] among its 7 tokens; wanted: [PAD], [UNK], [CLS], [SEP], [MASK], each on a line of its own, "
        + "as in BERT's vocab.txt and in those that `sluice vocab` writes"
    ),
    (
      Array("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MAS\u{212A}]\n".utf8), "vocab.txt: has no [MASK] among its 5 tokens"
    ),
    (
      Array((special + "caf").utf8) + [0xE9, 0x0A],
      "vocab.txt:6: is no UTF-8 text (byte 233 stands there); save the vocabulary as UTF-8"
    ),
    ([0xFF, 0xFE, 0x5B, 0x00], "vocab.txt: is UTF-16 text; save the vocabulary as UTF-8"),
    (
      [0xEF, 0xBB, 0xBF] + Array(special.utf8),
      "vocab.txt: begins with a byte order mark; save the vocabulary as UTF-8 without one"
    ),
    (
      Array((special + "a\rb\n").utf8),
      "vocab.txt:6: the token holds a line end; wanted: lines that end at \\n or \\r\\n, each of them one token"
    ),
    (Array("{\"model\": {\"vocab\": {\"[PAD]\": 0}}}".utf8), "vocab.txt: has no [PAD] and no [UNK]"),
  ]

  @Test(arguments: files.indices) func aFileThatIsNoVocabularyIsRefused(number: Int) throws {
    let (bytes, wanted) = Self.files[number]
    try withTemporaryFolder { folder in
      let path = folder + "/vocab.txt"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let found = sentence { _ = try Vocabulary(contentsOf: path) }
      #expect(found.hasPrefix("\(folder)/\(wanted)"), "\(found)")
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    try withTemporaryFolder { folder in
      #expect(
        sentence { _ = try Vocabulary(contentsOf: folder + "/none.txt") }
          == "\(folder)/none.txt: cannot be read: No such file or directory")
      #expect(sentence { _ = try Vocabulary(contentsOf: folder) } == "\(folder): is a folder; a file is wanted")
      // A video that was given in place of a vocabulary is not read to its end.
      let path = folder + "/video.mp4"
      try Data().write(to: URL(fileURLWithPath: path))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.truncate(atOffset: 1 << 33)
      try file.close()
      #expect(
        sentence { _ = try Vocabulary(contentsOf: path) }.hasSuffix(
          "video.mp4: has more than 67 MB, which no vocabulary has; is it another file?"))
    }
  }

  @Test func tokensThatNoFileCanHoldAreRefused() {
    let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b\nc"]
    #expect(
      sentence { _ = try Vocabulary(tokens: tokens, origin: "list") }.hasPrefix("list:7: the token holds a line end"))
    #expect(sentence { _ = try Vocabulary(tokens: [], origin: "list") }.hasPrefix("list: is empty"))
  }

  @Test func whatCannotBeLearnedIsSaid() {
    func learning(_ captions: [String], _ size: Int) -> String {
      sentence { _ = try Vocabulary.learned(from: captions, size: size) }
    }
    #expect(
      learning(["a dog"], 5)
        == "captions: a vocabulary of 5 tokens has no room for words: 5 tokens are special. Ask for 6 or more, such as 400"
    )
    #expect(
      learning(["", " \t", "\u{200B}", "[MASK]"], 100)
        == "captions: no word stands in 4 captions; wanted: sentences to learn words from")
    #expect(learning([], 100).contains("no word stands in 0 captions"))
  }
}
