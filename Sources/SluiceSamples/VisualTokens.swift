/// The visual tokens of the hidden cells of a batch: what a network that reads the rest is to predict.
public struct VisualTokens: Sendable, Equatable {
  /// Numbers of the hidden cells, ascending, counted over the batch: sample, frame, row, column.
  public let cells: [Int]
  /// The word of each of them.
  public let words: [Int]

  /// - Precondition: there is a word for each cell.
  public init(cells: [Int], words: [Int]) {
    precondition(cells.count == words.count, "\(words.count) words for \(cells.count) cells")
    self.cells = cells
    self.words = words
  }

  /// How many cells have each word.
  public var counts: [Int: Int] { words.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

  /// How many cells have the most frequent word: what who always guesses that one gets right.
  public var mostFrequentCount: Int { counts.values.max() ?? 0 }
}
