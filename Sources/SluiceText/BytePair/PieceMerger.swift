internal import HeapModule

/// Joins the symbols of a piece as long as a merge says so.
///
/// Of all pairs that stand there, the one whose merge comes first is joined wherever it stands, from the left; then of
/// those that stand there now, and so on.
struct PieceMerger: Sendable {
  /// Two symbols by their ids.
  struct Pair: Hashable, Sendable {
    let left: Int
    let right: Int
  }

  /// What becomes of a pair.
  struct Merge: Sendable {
    /// The merge's number: smaller ones come first.
    let rank: Int
    /// The id of the two together.
    let joined: Int
  }

  let merges: [Pair: Merge]

  /// - Complexity: n log n for n symbols.
  func merged(_ symbols: [Int]) -> [Int] {
    var chain = Chain(symbols)
    var candidates = Heap(symbols.indices.compactMap { candidate(at: $0, in: chain) })
    while let first = candidates.min {
      // All of one merge, before what comes about by it.
      var round: [Candidate] = []
      while let next = candidates.min, next.merge.rank == first.merge.rank {
        round.append(next)
        candidates.removeMin()
      }
      for candidate in round where chain.pair(at: candidate.index) == candidate.pair {
        chain.join(at: candidate.index, as: candidate.merge.joined)
        for index in [chain.previous[candidate.index], candidate.index] {
          if let new = self.candidate(at: index, in: chain) { candidates.insert(new) }
        }
      }
    }
    return chain.symbols.filter { $0 != Chain.gone }
  }

  private func candidate(at index: Int, in chain: Chain) -> Candidate? {
    guard let pair = chain.pair(at: index), let merge = merges[pair] else { return nil }
    return Candidate(merge: merge, pair: pair, index: index)
  }

  /// A pair that stood somewhere when it was seen; it may be gone since.
  private struct Candidate: Comparable {
    let merge: Merge
    let pair: Pair
    /// Of its left symbol.
    let index: Int

    static func < (first: Candidate, second: Candidate) -> Bool {
      (first.merge.rank, first.index) < (second.merge.rank, second.index)
    }

    static func == (first: Candidate, second: Candidate) -> Bool {
      (first.merge.rank, first.index) == (second.merge.rank, second.index)
    }
  }

  /// The symbols of a piece, each with its neighbors.
  private struct Chain {
    /// ``gone`` where a symbol has become part of one before it.
    private(set) var symbols: [Int]
    /// The index of the symbol before each; -1 if there is none.
    private(set) var previous: [Int]
    /// The index of the symbol behind each; their count if there is none.
    private var next: [Int]

    static let gone = -1

    init(_ symbols: [Int]) {
      self.symbols = symbols
      previous = symbols.indices.map { $0 - 1 }
      next = symbols.indices.map { $0 + 1 }
    }

    /// The symbol at `index` and the one behind it.
    func pair(at index: Int) -> Pair? {
      guard index >= 0, symbols[index] != Chain.gone, next[index] < symbols.count else { return nil }
      return Pair(left: symbols[index], right: symbols[next[index]])
    }

    /// Makes one symbol of that at `index` and the one behind it.
    mutating func join(at index: Int, as joined: Int) {
      let right = next[index]
      symbols[index] = joined
      symbols[right] = Chain.gone
      next[index] = next[right]
      if next[right] < symbols.count { previous[next[right]] = index }
    }
  }
}
