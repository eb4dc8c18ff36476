import Foundation
import SluicePlatform
import SluiceText
import TestSupport
import Testing

/// Files of merges, and merges that are learned.
@Suite struct MergesTests {
  private static func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// Packed as gzip does where nothing can be made smaller.
  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let littleEndian = { (value: Int, count: Int) in (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let blocks = stride(from: 0, to: max(1, bytes.count), by: 65_535).map { $0..<min(bytes.count, $0 + 65_535) }
    for block in blocks {
      packed.append(block.upperBound == bytes.count ? 1 : 0)
      packed += littleEndian(block.count, 2) + littleEndian(~block.count, 2) + bytes[block]
    }
    var checksum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    return packed + littleEndian(Int(~checksum), 4) + littleEndian(bytes.count, 4)
  }

  private static let small = "#version: 0.2\na b\nab c</w>\nc d\n"

  @Test func filesAreReadPackedOrNot() throws {
    let text = Array(Self.small.utf8)
    let bytes = [
      text, Array("\"any first line\r\na b\r\nab c</w>\r\n\r\nc d".utf8), Self.gzip(text),
      Self.gzip(Array(text[..<9])) + Self.gzip(Array(text[9...])),
    ]
    let wanted = try Merges(pairs: [("a", "b"), ("ab", "c</w>"), ("c", "d")], origin: "test")
    try withTemporaryFolder { folder in
      for (number, bytes) in bytes.enumerated() {
        let path = "\(folder)/merges-\(number)"
        try Self.write(bytes, path)
        let merges = try Merges(contentsOf: path)
        #expect(merges == wanted, "\(number)")
        #expect(merges.origin == path && merges.count == 3 && merges.vocabularySize == 517)
        #expect(merges.fileText == Self.small)
        #expect(merges.identity.hasPrefix("3 merges, ") && merges.identity.count == 26)
      }
      // As a run keeps them, they are the same again.
      let learned = try Merges.learned(from: (0..<400).map(UnicodeTexts.text), count: 300)
      try Self.write(Array(learned.fileText.utf8), folder + "/merges.txt")
      #expect(try Merges(contentsOf: folder + "/merges.txt") == learned)
    }
  }

  /// The published file has five times as many lines as are used.
  @Test func onlyTheFirstLinesAreUsed() throws {
    let lines = "#version: 0.2\n" + String(repeating: "a b\n", count: 48_894) + "this is no merge\n"
    try withTemporaryFolder { folder in
      try Self.write(Self.gzip(Array(lines.utf8)), folder + "/merges.txt.gz")
      let merges = try Merges(contentsOf: folder + "/merges.txt.gz")
      #expect(merges.vocabularySize == 49_408 && merges.start == 49_406 && merges.end == 49_407)
    }
    let pairs = [(String, String)](repeating: ("a", "b"), count: 50_000)
    #expect(try Merges(pairs: pairs, origin: "test").count == 48_894)
  }

  private static let wanted = "wanted: two symbols with one space between, such as “th e</w>”, as in CLIP's"

  static let files: [(bytes: [UInt8], sentence: String)] = [
    (
      [],
      ": holds no merges; wanted: a first line that is skipped, then lines of two symbols with a space between them, as in "
        + "CLIP's bpe_simple_vocab_16e6.txt.gz"
    ),
    (Array("{\"a\": 0}".utf8), ": holds no merges; wanted"),
    (Array("[PAD]\n[UNK]\n[CLS]\n".utf8), ":2: “[UNK]” is no merge; \(wanted)"),
    (Array("#\na b\na b c\n".utf8), ":3: “a b c” is no merge; \(wanted)"),
    (Array("#\na  b\n".utf8), ":2: “a  b” is no merge; \(wanted)"),
    (Array("#\n\na \n".utf8), ":3: a symbol is empty"),
    (Array("#\na \u{4E2D}\n".utf8), ":2: the symbol “\u{4E2D}” holds “\\u{4E2D}”, which stands for no byte"),
    (Array("#\na b\na ".utf8) + [0xE9, 0x0A], ":3: is no UTF-8 text; wanted: merges, such as CLIP's"),
    ([0x1F, 0x8B], ": its gzip data ends before its end; fetch the file again"),
    (Array(gzip(Array(small.utf8)).dropLast(9)), ": its gzip data ends before its end; fetch the file again"),
    (
      Array(gzip(Array(small.utf8)).dropLast(5)) + [1, 2, 3, 4, 5], ": its gzip data is damaged; fetch the file again"
    ),
    (gzip(Array(small.utf8)) + [1, 2, 3], ": its gzip data is damaged; fetch the file again"),
  ]

  @Test(arguments: files.indices) func aFileThatHoldsNoMergesIsRefused(number: Int) throws {
    let (bytes, wanted) = Self.files[number]
    try withTemporaryFolder { folder in
      let path = folder + "/merges.txt"
      try Self.write(bytes, path)
      let found = sentence { _ = try Merges(contentsOf: path) }
      #expect(found.hasPrefix(path + wanted), "\(found)")
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    try withTemporaryFolder { folder in
      #expect(
        sentence { _ = try Merges(contentsOf: folder + "/none.txt") }
          == "\(folder)/none.txt: cannot be read: No such file or directory")
      #expect(sentence { _ = try Merges(contentsOf: folder) } == "\(folder): is a folder; a file is wanted")
      let path = folder + "/video.mp4"
      try Self.write([], path)
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.truncate(atOffset: 1 << 33)
      try file.close()
      #expect(
        sentence { _ = try Merges(contentsOf: path) }
          == "\(path): has more than 67 MB, which no merges have; is it another file?")
    }
    #expect(
      sentence { _ = try Merges(pairs: [("a", "b"), ("a", "b c")], origin: "test") }
        == "test: merge 2: the symbol “b c” holds “ ”, which stands for no byte")
    // Without merges, each symbol is a byte.
    let none = try Merges(pairs: [], origin: "test")
    #expect(none.vocabularySize == 514 && BytePair(none).pieces(of: "ab") == ["a", "b</w>"])
  }

  /// Whatever stands in a file: it is read, or a sentence says why not.
  @Test func damagedFilesNeverTrap() throws {
    let merges = try Merges.learned(from: LearningTests.captions(200, seed: 2), count: 100)
    let (plain, packed) = (Array(merges.fileText.utf8), Self.gzip(Array(merges.fileText.utf8)))
    var random = KeyedRandom(seed: 3, epoch: 0, sample: 0, stage: "damage")
    var refused = 0
    try withTemporaryFolder { folder in
      for number in 0..<400 {
        var bytes = number % 2 == 0 ? plain : packed
        if number % 5 == 0 { bytes.removeLast(random.integer(in: 1...bytes.count)) }
        for _ in 0..<random.integer(in: 0...3) where !bytes.isEmpty {
          bytes[random.integer(in: 0...bytes.count - 1)] ^= UInt8(1 << random.integer(in: 0...7))
        }
        try Self.write(bytes, folder + "/merges")
        do throws(VocabularyError) {
          _ = try BytePair(Merges(contentsOf: folder + "/merges")).sequence(of: "a b abc", truncates: true)
        } catch {
          #expect(error.origin == folder + "/merges")
          refused += 1
        }
      }
    }
    #expect(refused > 50 && refused < 400, "\(refused)")
  }

  @Test func theFirstDifferenceIsNamed() throws {
    let merges = { (pairs: [(String, String)], origin: String) in try Merges(pairs: pairs, origin: origin) }
    let own = try merges([("a", "b"), ("ab", "c"), ("c", "d")], "run/merges.txt")
    #expect(own.firstDifference(from: try merges([("a", "b"), ("ab", "c"), ("c", "d")], "b.txt")) == nil)
    let other = try merges([("a", "b"), ("ab", "d"), ("c", "e")], "b.txt")
    #expect(own != other && own.identity != other.identity)
    #expect(own.firstDifference(from: other) == "merge 2 is “ab c” in run/merges.txt and “ab d” in b.txt")
    let shorter = try merges([("a", "b"), ("ab", "c")], "b.txt")
    #expect(own != shorter)
    #expect(
      own.firstDifference(from: shorter)
        == "run/merges.txt has 3 merges and b.txt 2, of which the first 2 are the same")
  }

  @Test func whatStandsTogetherMostIsJoined() throws {
    let merges = try Merges.learned(from: ["ab ab AB", "abc", "abc!"], count: 10)
    #expect(merges.fileText == "#version: 0.2\na b</w>\na b\nab c</w>\n")
    #expect(BytePair(merges).pieces(of: "ABC ab abca") == ["abc</w>", "ab</w>", "ab", "c", "a</w>"])
    #expect(try Merges.learned(from: ["ab ab AB", "abc", "abc!"], count: 2).count == 2)
    let found = sentence { _ = try Merges.learned(from: ["<|endoftext|> a b", "<|endoftext|>"], count: 5) }
    #expect(
      found
        == "texts: no two characters stand together twice in 2 texts; wanted: sentences or words to learn merges from")
    #expect(
      sentence { _ = try Merges.learned(from: ["ab ab"], count: 0) }
        == "texts: 0 merges cannot be learned; ask for 1 to 48894, such as 500")
    #expect(sentence { _ = try Merges.learned(from: ["ab ab"], count: 48_895) }.hasPrefix("texts: 48895 merges"))
  }

  @Test func theOrderOfTextsDoesNotCount() throws {
    let captions = LearningTests.captions(300, seed: 3, letters: 6)
    let text = try Merges.learned(from: captions, count: 150).fileText
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "order")
    for _ in 0..<5 {
      #expect(try Merges.learned(from: random.shuffled(captions), count: 150).fileText == text)
    }
  }

  /// Every count anew for every merge, as the definition says.
  @Test(arguments: [1, 2, 5, 20, 80, 200]) func mergesAreThoseOfTheDefinition(count: Int) throws {
    for seed in 0..<6 as Range<UInt64> {
      let captions = LearningTests.captions(60, seed: seed, letters: Int(seed) % 5 + 1)
      let lines = try Merges.learned(from: captions, count: count).fileText.split(separator: "\n").dropFirst()
      #expect(lines.map(String.init) == Self.naiveMerges(of: captions, count: count), "seed \(seed)")
    }
  }

  /// Learning by its definition, on texts of small letters and blanks.
  private static func naiveMerges(of texts: [String], count: Int) -> [String] {
    var symbols = (0...UInt8.max).map(NaiveBytePair.character)
    // Printable characters come first.
    symbols =
      symbols.filter { $0.unicodeScalars.first!.value < 256 } + symbols.filter { $0.unicodeScalars.first!.value > 255 }
    symbols += symbols.map { $0 + "</w>" }
    var words = texts.flatMap { $0.split(separator: " ") }.map { word in
      word.enumerated().map { index, letter in String(letter) + (index == word.count - 1 ? "</w>" : "") }
    }
    var lines: [String] = []
    var skipped: Set<String> = []
    while lines.count < count {
      let numbers = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($1, $0) })
      var counts: [String: (count: Int, left: Int, right: Int)] = [:]
      for word in words {
        for (left, right) in zip(word, word.dropFirst()) where !skipped.contains("\(left) \(right)") {
          counts["\(left) \(right)", default: (0, numbers[left] ?? -1, numbers[right] ?? -1)].count += 1
        }
      }
      let best = counts.max { first, second in
        (first.value.count, second.value.left, second.value.right)
          < (second.value.count, first.value.left, first.value.right)
      }
      guard let best, best.value.count >= 2 else { break }
      let (left, right) = (symbols[best.value.left], symbols[best.value.right])
      guard !symbols.contains(left + right) else {
        skipped.insert(best.key)
        continue
      }
      lines.append(best.key)
      symbols.append(left + right)
      words = words.map { word in
        var result: [String] = []
        for symbol in word {
          // What was joined just now is no left neighbor of the same round: it is another symbol.
          if result.last == left, symbol == right {
            result[result.count - 1] = left + right
          } else {
            result.append(symbol)
          }
        }
        return result
      }
    }
    return lines
  }
}
