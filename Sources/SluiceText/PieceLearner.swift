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

  /// Learns at most `limit` pieces of these words, each with how often it occurs.
  init(_ occurrences: [ExactText: Int], limit: Int) {
    learnCharacters(of: occurrences, limit: limit)
    let words = occurrences.compactMap { text, count -> FrequentPairs.Word? in
      let known = PieceLearner.characters(of: text).map { numbers[$0] }
      // A word with a character that is no piece never is made of pieces.
      return known.contains(nil) ? nil : FrequentPairs.Word(pieces: known.compactMap(\.self), count: count)
    }
    var pairs = FrequentPairs(words)
    while pieces.count < limit, let pair = pairs.takeMostFrequent() {
      let (left, right) = (pieces[pair.left], pieces[pair.right])
      // Two ways may lead to one piece.
      let joined = Piece(continues: left.continues, text: ExactText(left.text.string + right.text.string))
      pairs.join(pair, as: number(of: joined))
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
}
