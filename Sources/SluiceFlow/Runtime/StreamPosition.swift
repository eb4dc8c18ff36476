/// How far a run has come: all that is needed to go on exactly there.
public struct StreamPosition: Sendable, Equatable, Codable {
  /// The run's seed.
  public var seed: UInt64
  /// Outputs delivered since the very beginning; with a ``Step``, the number of steps done.
  ///
  /// Of a batch that is divided into parts, steps in which every part has been delivered.
  public var step: Int
  /// The part that comes next, if some parts of the next step have been delivered already.
  public package(set) var nextPart: Int?
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

  /// This position as a process that makes some of the parts finds it.
  func entered(by parts: BatchParts) -> StreamPosition {
    var copy = self
    guard let next = nextPart, !parts.own.dropFirst().contains(next) else { return copy }
    if next >= parts.own.upperBound { copy.step += 1 }
    copy.nextPart = nil
    return copy
  }

  /// Takes note of an output of a part.
  mutating func deliver(_ part: Int, of parts: BatchParts) {
    let isLast = part == parts.own.upperBound - 1
    nextPart = isLast ? nil : part + 1
    if isLast { step += 1 }
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
  /// Indices behind that which are consumed too; only pipelines that do not keep order have such.
  public package(set) var ahead: [Int] = []
  /// Samples of which some outputs have been delivered, but not all; only behind an ``Expansion``.
  public package(set) var unfinished: [UnfinishedSample] = []
  /// For each part of a divided batch, the index in the stream that comes next; empty if batches are not divided.
  public package(set) var nextOfParts: [Int] = []

  public init(name: String, count: Int, consumed: Int = 0) {
    self.name = name
    self.count = count
    self.consumed = consumed
  }

  init(name: String, count: Int, parts: Int) {
    self.init(name: name, count: count)
    if parts > 1 { nextOfParts = Array(0..<parts) }
  }

  /// Whole epochs consumed.
  public var epoch: Int { consumed / max(1, count) }
  /// Samples consumed of the epoch that follows them.
  public var index: Int { consumed % max(1, count) }

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
    guard nextOfParts.isEmpty else { return consume(ordinal, of: ordinal % nextOfParts.count) }
    if ordinal != consumed {
      ahead.append(ordinal)
      return
    }
    consumed += 1
    while takeAhead(consumed) { consumed += 1 }
  }

  private mutating func consume(_ ordinal: Int, of part: Int) {
    if ordinal != nextOfParts[part] {
      ahead.append(ordinal)
      return
    }
    nextOfParts[part] += nextOfParts.count
    while takeAhead(nextOfParts[part]) { nextOfParts[part] += nextOfParts.count }
    if ordinal == consumed { consumed = nextOfParts.min() ?? consumed }
  }

  private mutating func takeAhead(_ ordinal: Int) -> Bool {
    guard !ahead.isEmpty, let index = ahead.firstIndex(of: ordinal) else { return false }
    ahead.remove(at: index)
    return true
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
    case name, count, consumed, ahead, unfinished, nextOfParts
  }

  // What only some pipelines have is left out by the others, and read from positions that do not know of it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try values.decode(String.self, forKey: .name), count: try values.decode(Int.self, forKey: .count),
      consumed: try values.decode(Int.self, forKey: .consumed))
    ahead = try values.decodeIfPresent([Int].self, forKey: .ahead) ?? []
    unfinished = try values.decodeIfPresent([UnfinishedSample].self, forKey: .unfinished) ?? []
    nextOfParts = try values.decodeIfPresent([Int].self, forKey: .nextOfParts) ?? []
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(count, forKey: .count)
    try values.encode(consumed, forKey: .consumed)
    try values.encode(ahead, forKey: .ahead)
    if !unfinished.isEmpty { try values.encode(unfinished, forKey: .unfinished) }
    if !nextOfParts.isEmpty { try values.encode(nextOfParts, forKey: .nextOfParts) }
  }
}
