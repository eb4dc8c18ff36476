internal import Glibc

/// The ranks that the right answers had, and what is commonly said of them.
///
/// ```swift
/// let ranks = RetrievalRanks([0, 0, 7, 2])
/// ranks.recall(at: 1)   // 0.5
/// ranks.medianRank      // 2.0: ranks are counted from 1 here
/// ```
public struct RetrievalRanks: Sendable, Equatable {
  /// The answers of which recalls are usually given.
  public static let depths: [Int] = [1, 5, 10, 50]

  /// From 0, the best; a half where ties are averaged.
  public let values: [Double]

  public init(_ values: [Double]) {
    self.values = values
  }

  /// The share of queries whose right answer is among the first `depth`; 0 without queries.
  ///
  /// For the first alone the rank has to be 0: a half is not.
  public func recall(at depth: Int) -> Double {
    guard !values.isEmpty else { return 0 }
    let found = values.count { depth == 1 ? $0 == 0 : $0 < Double(depth) }
    return Double(found) / Double(values.count)
  }

  /// The median rank, from 1; of an even number the mean of the middle two; 0 without queries.
  public var medianRank: Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2 + 1
  }

  /// The mean rank, from 1; 0 without queries.
  public var meanRank: Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) + 1
  }

  /// The geometric mean of the recalls at 1, 5 and 10.
  public var geometricMean: Double { cbrt(recall(at: 1) * recall(at: 5) * recall(at: 10)) }
}
