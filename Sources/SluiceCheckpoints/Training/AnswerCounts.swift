/// How often each answer was the right one so far in an epoch, for the metrics that are compared with guessing.
///
/// Whoever always gives the most frequent answer of an epoch is right in its share of all: that is known at the end only,
/// and nearly so soon before.
public struct AnswerCounts: Codable, Sendable, Equatable {
  /// The epoch that is counted, from 0.
  public private(set) var epoch: Int
  /// By the metric's name: how often each answer, a number, was right.
  public private(set) var counts: [String: [Int: Int]] = [:]

  /// Counts of an epoch that is about to begin.
  public init(epoch: Int = 0) {
    self.epoch = epoch
  }

  /// Adds the answers of a step; those of another epoch begin anew.
  /// - Returns: for each of the step's metrics, the share of the answer that was most frequent so far.
  public mutating func add(_ answers: [String: [Int: Int]], epoch: Int) -> [String: Double] {
    if epoch != self.epoch { self = AnswerCounts(epoch: epoch) }
    return answers.reduce(into: [:]) { shares, answers in
      counts[answers.key, default: [:]].merge(answers.value, uniquingKeysWith: +)
      let all = counts[answers.key, default: [:]].values
      guard let most = all.max(), most > 0 else { return }
      shares[answers.key] = Double(most) / Double(all.reduce(0, +))
    }
  }
}
