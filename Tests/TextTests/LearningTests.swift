import SluicePlatform
import SluiceText
import Testing

/// Vocabularies that are learned from captions.
@Suite struct LearningTests {
  private static let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  /// Captions of words that are alike, so that pieces come about; what they say depends on `seed` only.
  static func captions(_ count: Int, seed: UInt64, letters: Int = 4) -> [String] {
    var random = KeyedRandom(seed: seed, epoch: 0, sample: 0, stage: "captions")
    let words = (0..<60).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<random.integer(in: 1...8)).map { _ in
            Unicode.Scalar(UInt8(UInt8(ascii: "a") + UInt8(random.integer(in: 0...letters - 1))))
          }))
    }
    return (0..<count).map { _ in
      (0..<random.integer(in: 0...9)).map { _ in words[min(random.integer(in: 0...59), random.integer(in: 0...59))] }
        .joined(separator: " ")
    }
  }

  @Test func whatStandsTogetherMostBecomesAPiece() throws {
    let captions = [
      "low low low low low", "lower lower", "newest newest newest newest newest newest", "Widest, widest widest!",
    ]
    let vocabulary = try Vocabulary.learned(from: captions, size: 100)
    let tokens = Array(vocabulary.tokens.dropFirst(5))
    #expect(Array(vocabulary.tokens.prefix(5)) == Self.special)
    let letters = ["d", "e", "i", "l", "n", "o", "r", "s", "t", "w"]
    #expect(Array(tokens.prefix(22)) == ["!", ","] + letters + letters.map { "##" + $0 })
    // 9 times es and st, of which es was known first as its pieces were; then est; 7 times lo, then low.
    #expect(Array(tokens.dropFirst(22).prefix(4)) == ["##es", "##est", "lo", "low"])
    #expect(WordPiece(vocabulary).pieces(of: "LOW newest") == ["low", "newest"])
    // Other words can be made of the letters.
    #expect(!WordPiece(vocabulary).pieces(of: "slowest worst!").contains("[UNK]"))
    #expect(WordPiece(vocabulary).pieces(of: "cat") == ["[UNK]"])
  }

  /// Every count anew for every piece, as the definition says.
  @Test(arguments: [6, 7, 9, 13, 20, 40, 80, 200, 1000]) func piecesAreThoseOfTheDefinition(size: Int) throws {
    for seed in 0..<8 as Range<UInt64> {
      let captions = Self.captions(60, seed: seed, letters: Int(seed) % 5 + 1)
      let tokens = try Vocabulary.learned(from: captions, size: size).tokens
      #expect(tokens == Self.special + NaiveLearner.pieces(of: captions, limit: size - 5), "seed \(seed)")
    }
  }

  @Test func theOrderOfCaptionsDoesNotCount() throws {
    let captions = Self.captions(300, seed: 3, letters: 6)
    let text = try Vocabulary.learned(from: captions, size: 150).fileText
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "order")
    for _ in 0..<5 {
      #expect(try Vocabulary.learned(from: random.shuffled(captions), size: 150).fileText == text)
    }
  }

  @Test func captionsHaveNoUnknownWordsUnlessTheirCharactersHaveNoRoom() throws {
    let captions = (0..<400).map(UnicodeTexts.text)
    let large = try Vocabulary.learned(from: captions, size: 20_000)
    #expect(large.count < 20_000)
    let wordPiece = WordPiece(large)
    for (number, caption) in captions.enumerated() {
      for word in NaiveWordPiece.words(of: caption) where !word.isSpecial && word.scalars.count <= 100 {
        let text = String(String.UnicodeScalarView(word.scalars))
        // What a word became may come apart once more where it is a text of its own.
        guard NaiveWordPiece.words(of: text) == [word] else { continue }
        #expect(!wordPiece.pieces(of: text).contains("[UNK]"), "caption \(number): \(text.debugDescription)")
      }
    }
    let small = try Vocabulary.learned(from: captions, size: 50)
    #expect(small.count == 50)
    #expect(captions.contains { WordPiece(small).pieces(of: $0).contains("[UNK]") })
  }

  @Test func tokensAreDistinctAndOfTheirWords() throws {
    let captions = (0..<150).map(UnicodeTexts.text) + Self.captions(50, seed: 1, letters: 6)
    let vocabulary = try Vocabulary.learned(from: captions, size: 5000)
    #expect(Set(vocabulary.tokens.map { Array($0.utf8) }).count == vocabulary.count)
    let words = captions.flatMap { NaiveWordPiece.words(of: $0) }.filter { !$0.isSpecial }.map(\.scalars)
    // Characters of longer words both begin and continue words; others only begin them.
    let beginning = Set(words.joined())
    let continuing = Set(words.filter { $0.count > 1 }.joined())
    var longCount = 0
    for token in vocabulary.tokens.dropFirst(5) {
      let scalars = Array(token.unicodeScalars)
      let continues = scalars.count > 2 && scalars.starts(with: ["#", "#"])
      let piece = continues ? Array(scalars.dropFirst(2)) : scalars
      guard piece.count > 1 else {
        #expect((continues ? continuing : beginning).contains(piece[0]), "\(token.debugDescription)")
        continue
      }
      longCount += 1
      let stands = words.contains { word in
        let starts = continues ? Array(word.indices.dropFirst()) : [0]
        return starts.contains { word[$0...].starts(with: piece) }
      }
      #expect(stands, "\(token.debugDescription)")
    }
    #expect(longCount > 50)
  }
}

/// Learning by its definition, on captions of small letters and blanks.
private enum NaiveLearner {
  static func pieces(of captions: [String], limit: Int) -> [String] {
    let texts = captions.flatMap { $0.split(separator: " ").map(String.init) }
    var frequencies: [String: (count: Int, continues: Bool)] = [:]
    for text in texts {
      for letter in text.map(String.init) {
        frequencies[letter, default: (0, false)].count += 1
        if text.count > 1 { frequencies[letter]?.continues = true }
      }
    }
    var (beginning, continuing): ([String], [String]) = ([], [])
    for (letter, frequency) in frequencies.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
      if beginning.count + continuing.count < limit {
        beginning.append(letter)
        if frequency.continues, beginning.count + continuing.count < limit { continuing.append("##" + letter) }
      }
    }
    var pieces = beginning.sorted() + continuing.sorted()
    var words = texts.compactMap { text -> [String]? in
      let letters = text.enumerated().map { ($0 > 0 ? "##" : "") + String($1) }
      return letters.allSatisfy(pieces.contains) ? letters : nil
    }
    while pieces.count < limit, let (left, right) = mostFrequent(in: words, pieces) {
      let joined = left + right.dropFirst(2)
      if !pieces.contains(joined) { pieces.append(joined) }
      words = words.map { word in
        var result: [String] = []
        for piece in word {
          // What was joined just now is no left neighbor of the same round: it is another piece.
          if result.last == left, piece == right { result[result.count - 1] = joined } else { result.append(piece) }
        }
        return result
      }
    }
    return pieces
  }

  private static func mostFrequent(in words: [[String]], _ pieces: [String]) -> (String, String)? {
    var counts: [[Int]: Int] = [:]
    let numbers = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, $0) })
    for word in words {
      for (left, right) in zip(word, word.dropFirst()) {
        guard let left = numbers[left], let right = numbers[right] else { continue }
        counts[[left, right], default: 0] += 1
      }
    }
    let best = counts.max { ($0.value, $1.key[0], $1.key[1]) < ($1.value, $0.key[0], $0.key[1]) }
    guard let best, best.value >= 2 else { return nil }
    return (pieces[best.key[0]], pieces[best.key[1]])
  }
}
