internal import HeapModule

/// Words that are made of numbered pieces, and which two neighbors stand together in them most often.
struct FrequentPairs {
  /// A word's pieces, and how often the word occurs.
  struct Word {
    var pieces: [Int]
    let count: Int

    fileprivate var pairs: Zip2Sequence<[Int], ArraySlice<Int>> { zip(pieces, pieces.dropFirst()) }
  }

  /// Two neighbors by their numbers.
  struct Pair: Hashable {
    let left: Int
    let right: Int

    fileprivate init(_ neighbors: (Int, Int)) { (left, right) = neighbors }
  }

  private var words: [Word]
  private var counts: [Pair: Int] = [:]
  /// Words that hold a pair, or held it once.
  private var holders: [Pair: [Int]] = [:]
  private var candidates: Heap<Candidate> = []

  /// Neighbors that stand together only once are left apart.
  private static let leastCount = 2

  /// A pair with its count when it became a candidate; the count may have changed since.
  private struct Candidate: Comparable {
    let count: Int
    let pair: Pair

    /// Of equally frequent pairs, the one whose pieces have the smaller numbers is the greatest.
    static func < (first: Candidate, second: Candidate) -> Bool {
      (first.count, second.pair.left, second.pair.right) < (second.count, first.pair.left, first.pair.right)
    }
  }

  init(_ words: [Word]) {
    self.words = words
    for (index, word) in words.enumerated() {
      for pair in Set(word.pairs.map(Pair.init)) { holders[pair, default: []].append(index) }
      for pair in word.pairs { counts[Pair(pair), default: 0] += word.count }
    }
    candidates = Heap(counts.map { Candidate(count: $1, pair: $0) })
  }

  /// Takes the pair that stands together most often; `nil` if none does so twice.
  ///
  /// It is not given again.
  mutating func takeMostFrequent() -> Pair? {
    while let best = candidates.popMax(), best.count >= FrequentPairs.leastCount {
      let count = counts[best.pair] ?? 0
      if count == best.count { return best.pair }
      if count < best.count { candidates.insert(Candidate(count: count, pair: best.pair)) }
    }
    return nil
  }

  /// Makes one piece, `joined`, of a pair in all words.
  mutating func join(_ pair: Pair, as joined: Int) {
    var grown: Set<Pair> = []
    for index in holders.removeValue(forKey: pair) ?? [] {
      let word = words[index]
      let pieces = FrequentPairs.joining(pair, as: joined, in: word.pieces)
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
