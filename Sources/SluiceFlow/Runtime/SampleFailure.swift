/// A sample that failed: which one, where, why.
public struct SampleFailure: Sendable, Equatable, Codable, CustomStringConvertible {
  /// The source's node.
  public let source: String
  /// The sample's number in its source's list.
  public let sample: Int
  /// What messages call it.
  public let identity: String
  /// The epoch in which it failed.
  public let epoch: Int
  /// The node that failed on it.
  public let stage: String
  /// The error, as a sentence.
  public let reason: String

  public init(source: String, sample: Int, identity: String, epoch: Int, stage: String, reason: String) {
    self.source = source
    self.sample = sample
    self.identity = identity
    self.epoch = epoch
    self.stage = stage
    self.reason = reason
  }

  public var description: String { "\(identity): \(reason) (\(stage))" }
}

/// The failures of a run and those before it was resumed.
public struct FailureLog: Sendable, Equatable, Codable {
  /// The first failure of each sample, in the order in which they were met.
  public private(set) var samples: [SampleFailure] = []
  /// All failures, those of the same sample in several epochs included.
  public private(set) var count: Int = 0
  /// Samples that failed and have succeeded since, for example because a missing file was put in its place.
  private var repaired: Set<Key> = []

  public init() {}

  /// The failures of several runs, those of one after those of another; the runs may be of different samples.
  package init(joining logs: [FailureLog]) {
    samples = logs.flatMap(\.outstanding)
    count = logs.reduce(0) { $0 + $1.count }
  }

  /// The samples whose last turn failed: those that count against what is tolerated.
  public var outstanding: [SampleFailure] { samples.filter { !repaired.contains(Key($0)) } }

  mutating func add(_ failure: SampleFailure, isFirst: Bool) {
    count += 1
    // Of a sample that fails again after it had succeeded, the first failure is known.
    guard isFirst, repaired.remove(Key(failure)) == nil else { return }
    samples.append(failure)
  }

  /// Takes note that a sample that had failed has succeeded.
  mutating func repair(source: String, sample: Int) { repaired.insert(Key(source: source, sample: sample)) }

  /// Adds what another log has more than `start`, from which both began.
  mutating func add(_ log: FailureLog, since start: FailureLog) {
    count += max(0, log.count - start.count)
    let known = Set(samples.map(Key.init))
    samples += log.samples.dropFirst(start.samples.count).filter { !known.contains(Key($0)) }
    // What several processes find of a sample is repaired if one of them found it so.
    repaired.formUnion(log.repaired.subtracting(start.repaired))
    repaired.subtract(start.repaired.subtracting(log.repaired))
  }

  private struct Key: Hashable, Codable, Comparable {
    let source: String
    let sample: Int

    init(source: String, sample: Int) { (self.source, self.sample) = (source, sample) }

    init(_ failure: SampleFailure) { self.init(source: failure.source, sample: failure.sample) }

    static func < (first: Key, second: Key) -> Bool {
      (first.source, first.sample) < (second.source, second.sample)
    }
  }
}

extension FailureLog {
  private enum CodingKeys: String, CodingKey {
    case samples, count, repaired
  }

  // What was repaired is left out where nothing was, and read from logs that do not know of it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    samples = try values.decode([SampleFailure].self, forKey: .samples)
    count = try values.decode(Int.self, forKey: .count)
    repaired = Set(try values.decodeIfPresent([Key].self, forKey: .repaired) ?? [])
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(samples, forKey: .samples)
    try values.encode(count, forKey: .count)
    if !repaired.isEmpty { try values.encode(repaired.sorted(), forKey: .repaired) }
  }
}
