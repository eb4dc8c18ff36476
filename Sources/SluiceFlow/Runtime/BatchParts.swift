/// A global batch divided among processes: the sample at index `i` of a stream belongs to part `i % count`.
///
/// A part replaces its failing samples by later ones of its own, so processes need not tell each other, and any number of
/// processes makes the same batches.
public struct BatchParts: Sendable, Equatable {
  /// Parts of a global batch.
  public let count: Int
  /// Those this process makes, one after the other.
  public let own: Range<Int>

  /// Some parts of `count`; all of them unless said.
  public init(count: Int = 1, own: Range<Int>? = nil) {
    self.count = count
    self.own = own ?? 0..<max(0, count)
  }

  /// The parts of process `rank` of `size`: as many as the others have, or one more or less.
  public init(count: Int, rank: Int, of size: Int) {
    guard (1...max(1, count)).contains(size), (0..<size).contains(rank), NodeLimit.parts.range.contains(count) else {
      // What cannot be is said when the run begins.
      self.init(count: count, own: 0..<0)
      return
    }
    self.init(count: count, own: count * rank / size..<count * (rank + 1) / size)
  }

  /// Whether this process makes all parts.
  var isWhole: Bool { own.count == count }

  /// The number among its own of the part to which an index of a stream belongs.
  func ownIndex(of ordinal: Int) -> Int { count == 1 ? 0 : ordinal % count - own.lowerBound }
}
