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
public struct SourcePosition: Sendable, Equatable {
  /// The source's node.
  public let name: String
  /// The length of its list; a position does not fit another list.
  public let count: Int
  /// Samples consumed without a gap, over all epochs.
  public internal(set) var consumed: Int
  /// Places behind that which are consumed too; only pipelines that do not keep order have such.
  public package(set) var ahead: [Int] = []
  /// Samples of which some outputs have been delivered, but not all; only behind an ``Expansion``.
  public package(set) var unfinished: [UnfinishedSample] = []

  public init(name: String, count: Int, consumed: Int = 0) {
    self.name = name
    self.count = count
    self.consumed = consumed
  }

  /// Whole epochs consumed.
  public var epoch: Int { consumed / count }
  /// Samples consumed of the epoch that follows them.
  public var index: Int { consumed % count }

  /// Takes note of what comes from a sample with `outputs` outputs in all.
  package mutating func consume(_ origin: Origin, outputs: Int) {
    if outputs == 1 { return consume(origin.ordinal) }
    let index = unfinished.firstIndex { $0.ordinal == origin.ordinal }
    var sample =
      index.map { unfinished[$0] } ?? UnfinishedSample(ordinal: origin.ordinal, delivered: [], count: outputs)
    sample.add(origin.outputs(of: outputs))
    switch (index, sample.delivered.count == outputs) {
    case (nil, false):
      unfinished.append(sample)
      unfinished.sort { $0.ordinal < $1.ordinal }
    case (let index?, false): unfinished[index] = sample
    case (nil, true): consume(origin.ordinal)
    case (let index?, true):
      unfinished.remove(at: index)
      consume(origin.ordinal)
    }
  }

  private mutating func consume(_ ordinal: Int) {
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

/// A sample of which some outputs have been delivered, but not all.
public struct UnfinishedSample: Sendable, Equatable, Codable {
  /// The index in the source's stream over all epochs.
  public let ordinal: Int
  /// Which of its outputs have been delivered, in ascending order.
  public private(set) var delivered: [Int]
  /// How many outputs it has.
  public let count: Int

  init(ordinal: Int, delivered: [Int], count: Int) {
    self.ordinal = ordinal
    self.delivered = delivered
    self.count = count
  }

  mutating func add(_ outputs: Range<Int>) {
    delivered = Set(delivered).union(outputs).sorted()
  }
}

extension SourcePosition: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, count, consumed, ahead, unfinished
  }

  // What only some pipelines have is left out by the others, and read from positions that do not know of it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try values.decode(String.self, forKey: .name), count: try values.decode(Int.self, forKey: .count),
      consumed: try values.decode(Int.self, forKey: .consumed))
    ahead = try values.decodeIfPresent([Int].self, forKey: .ahead) ?? []
    unfinished = try values.decodeIfPresent([UnfinishedSample].self, forKey: .unfinished) ?? []
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(count, forKey: .count)
    try values.encode(consumed, forKey: .consumed)
    try values.encode(ahead, forKey: .ahead)
    if !unfinished.isEmpty { try values.encode(unfinished, forKey: .unfinished) }
  }
}
