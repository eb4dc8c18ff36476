/// How far a run has come: all that is needed to go on exactly there.
public struct StreamPosition: Sendable, Equatable, Codable {
  /// The run's seed.
  public var seed: UInt64
  /// Outputs delivered since the very beginning; with a ``Step``, the number of steps done.
  public var step: Int
  /// For each source, what has been consumed.
  public var sources: [SourcePosition]
  /// The failures met so far.
  public var failures: FailureLog

  public init(seed: UInt64, step: Int = 0, sources: [SourcePosition] = [], failures: FailureLog = FailureLog()) {
    self.seed = seed
    self.step = step
    self.sources = sources
    self.failures = failures
  }
}

/// How far one source has been consumed.
public struct SourcePosition: Sendable, Equatable, Codable {
  /// The source's node.
  public let name: String
  /// The length of its list; a position does not fit another list.
  public let count: Int
  /// Samples consumed without a gap, over all epochs.
  public internal(set) var consumed: Int
  /// Places behind that which are consumed too; only pipelines that do not keep order have such.
  public package(set) var ahead: [Int] = []

  public init(name: String, count: Int, consumed: Int = 0) {
    self.name = name
    self.count = count
    self.consumed = consumed
  }

  /// Whole epochs consumed.
  public var epoch: Int { consumed / count }
  /// Samples consumed of the epoch that follows them.
  public var index: Int { consumed % count }

  mutating func consume(_ ordinal: Int) {
    if ordinal != consumed {
      ahead.append(ordinal)
      return
    }
    consumed += 1
    while !ahead.isEmpty, let place = ahead.firstIndex(of: consumed) {
      ahead.remove(at: place)
      consumed += 1
    }
  }
}
