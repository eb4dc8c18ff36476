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

  public init() {}

  mutating func add(_ failure: SampleFailure, isFirst: Bool) {
    count += 1
    if isFirst { samples.append(failure) }
  }

  /// Adds what another log has more than `start`, from which both began.
  mutating func add(_ log: FailureLog, since start: FailureLog) {
    count += max(0, log.count - start.count)
    let known = Set(samples.map { Key(source: $0.source, sample: $0.sample) })
    samples += log.samples.dropFirst(start.samples.count).filter {
      !known.contains(Key(source: $0.source, sample: $0.sample))
    }
  }

  private struct Key: Hashable {
    let source: String
    let sample: Int
  }
}
