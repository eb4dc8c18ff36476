/// How often the right class was the first, and how often one of the first few.
///
/// ```swift
/// let accuracy = TopAccuracy(ranks: [0, 0, 7, 2])
/// accuracy.share(within: 5)   // 0.75
/// ```
public struct TopAccuracy: Sendable, Equatable {
  /// How many classes were ahead of the right one, for each sample.
  public private(set) var ranks: [Int]

  public init(ranks: [Int] = []) {
    self.ranks = ranks
  }

  /// Adds a sample.
  /// - Parameter rank: how many classes were ahead of the right one; as many as there are if it is not to be found.
  public mutating func add(rank: Int) { ranks.append(rank) }

  public var sampleCount: Int { ranks.count }

  /// The share of samples whose right class was among the first `count`; 0 without samples.
  public func share(within count: Int) -> Double {
    ranks.isEmpty ? 0 : Double(ranks.count { $0 < count }) / Double(ranks.count)
  }

  /// The same samples as so many processes count them that share a list evenly: the first are counted again until it can be.
  ///
  /// - Precondition: `processes` is above 0.
  public func padded(for processes: Int) -> TopAccuracy {
    TopAccuracy(ranks: ranks + Self.repeated(of: ranks.count, for: processes).map { ranks[$0] })
  }

  /// The samples of a list that so many processes count again.
  /// - Source: PyTorch, `DistributedSampler`.
  /// - Precondition: `processes` is above 0.
  public static func repeated(of count: Int, for processes: Int) -> [Int] {
    let missing = count == 0 ? 0 : (processes - count % processes) % processes
    return (0..<missing).map { $0 % count }
  }
}
