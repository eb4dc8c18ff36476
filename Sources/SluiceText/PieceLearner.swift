internal import HeapModule
internal import SluicePlatform

/// Learns pieces of words as byte pair encoding does: of the characters there are, those two neighbors that stand together
/// most often become one piece, again and again.
///
/// What is learned depends on the words and their numbers only, not on their order.
/// - Source: Sennrich et al., "Neural machine translation of rare words with subword units", ACL 2016.
struct PieceLearner {
  /// A piece that begins words, or one that continues them.
  struct Piece: Hashable {
    let continues: Bool
    let text: ExactText

    /// As it stands in a vocabulary.
    var token: String { (continues ? Vocabulary.continuation : "") + text.string }
  }

  /// Pieces in the order in which they were learned, characters first.
  private(set) var pieces: [Piece] = []
  private var numbers: [Piece: Int] = [:]
  private var words: [Word] = []
  private var counts: [Pair: Int] = [:]
  /// Words that hold a pair, or held it once.
  private var holders: [Pair: [Int]] = [:]
  private var candidates: Heap<Candidate> = []

  /// Neighbors that stand together only once are left apart.
  private static let leastCount = 2

  private struct Word {
    var pieces: [Int]
    let count: Int

    var pairs: Zip2Sequence<[Int], ArraySlice<Int>> { zip(pieces, pieces.dropFirst()) }
  }

  /// Two neighbors by their numbers.
  private struct Pair: Hashable {
    let left: Int
    let right: Int

    init(_ neighbors: (Int, Int)) { (left, right) = neighbors }
  }

  /// A pair with its count when it became a candidate; the count may have changed since.
  private struct Candidate: Comparable {
    let count: Int
    let pair: Pair

    /// Of equally frequent pairs, the one whose pieces were learned first is the greatest.
    static func < (first: Candidate, second: Candidate) -> Bool {
      (first.count, second.pair.left, second.pair.right) < (second.count, first.pair.left, first.pair.right)
    }
  }

  /// Learns at most `limit` pieces of these words, each with how often it occurs.
  init(_ occurrences: [ExactText: Int], limit: Int) {
    learnCharacters(of: occurrences, limit: limit)
    for (text, count) in occurrences {
      let known = PieceLearner.characters(of: text).map { numbers[$0] }
      // A word with a character that is no piece never is made of pieces.
      if !known.contains(nil) { words.append(Word(pieces: known.compactMap(\.self), count: count)) }
    }
    for (index, word) in words.enumerated() {
      for pair in Set(word.pairs.map(Pair.init)) { holders[pair, default: []].append(index) }
      for pair in word.pairs { counts[Pair(pair), default: 0] += word.count }
    }
    candidates = Heap(counts.map { Candidate(count: $1, pair: $0) })
    while pieces.count < limit, let best = candidates.popMax(), best.count >= PieceLearner.leastCount {
      let count = counts[best.pair] ?? 0
      if count == best.count {
        join(best.pair)
      } else if count < best.count {
        candidates.insert(Candidate(count: count, pair: best.pair))
      }
    }
  }

  private static func characters(of word: ExactText) -> [Piece] {
    word.string.unicodeScalars.enumerated().map { Piece(continues: $0 > 0, text: ExactText(String($1))) }
  }

  /// The most frequent characters that `limit` has room for: those of longer words both as beginning and as continuation,
  /// so that other words can be made of them too.
  private mutating func learnCharacters(of occurrences: [ExactText: Int], limit: Int) {
    var frequencies: [ExactText: (count: Int, continues: Bool)] = [:]
    for (word, count) in occurrences {
      let characters = PieceLearner.characters(of: word)
      for character in characters {
        frequencies[character.text, default: (0, false)].count += count
        if characters.count > 1 { frequencies[character.text]?.continues = true }
      }
    }
    let ordered = frequencies.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    var (beginning, continuing): ([ExactText], [ExactText]) = ([], [])
    for (character, frequency) in ordered {
      let room = limit - beginning.count - continuing.count
      guard room > 0 else { break }
      beginning.append(character)
      if frequency.continues, room > 1 { continuing.append(character) }
    }
    for character in beginning.sorted() { _ = number(of: Piece(continues: false, text: character)) }
    for character in continuing.sorted() { _ = number(of: Piece(continues: true, text: character)) }
  }

  /// The number of a piece, which is learned if it is new.
  private mutating func number(of piece: Piece) -> Int {
    if let number = numbers[piece] { return number }
    numbers[piece] = pieces.count
    pieces.append(piece)
    return pieces.count - 1
  }

  /// Makes one piece of a pair in all words.
  private mutating func join(_ pair: Pair) {
    let (left, right) = (pieces[pair.left], pieces[pair.right])
    // Two ways may lead to one piece.
    let joined = number(
      of: Piece(continues: left.continues, text: ExactText(left.text.string + right.text.string)))
    var grown: Set<Pair> = []
    for index in holders.removeValue(forKey: pair) ?? [] {
      let word = words[index]
      let pieces = PieceLearner.joining(pair, as: joined, in: word.pieces)
      guard pieces.count < word.pieces.count else { continue }
      for pair in word.pairs { counts[Pair(pair), default: 0] -= word.count }
      words[index].pieces = pieces
      for neighbors in words[index].pairs {
        let pair = Pair(neighbors)
        counts[pair, default: 0] += word.count
        guard pair.left == joined || pair.right == joined else { continue }
        holders[pair, default: []].append(index)
        grown.insert(pair)
      }
    }
    counts[pair] = nil
    for pair in grown { candidates.insert(Candidate(count: counts[pair] ?? 0, pair: pair)) }
  }

  private static func joining(_ pair: Pair, as joined: Int, in pieces: [Int]) -> [Int] {
    var result: [Int] = []
    var index = 0
    while index < pieces.count {
      if index + 1 < pieces.count, pieces[index] == pair.left, pieces[index + 1] == pair.right {
        result.append(joined)
        index += 2
      } else {
        result.append(pieces[index])
        index += 1
      }
    }
    return result
  }
}
