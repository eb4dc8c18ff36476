/// The mean over all classes of the average precision with which samples that show one are found by their scores.
///
/// ```swift
/// var precision = MeanAveragePrecision(classCount: 157)
/// precision.add(shares, labels: [[3, 90], []])
/// precision.mean   // 0.254
/// ```
/// The average precision of a class is the mean, over the samples that show it, of the share of such samples among all that
/// come no later. A class that no sample shows counts as 0. Of equal scores the sample that was added first comes first; a
/// sample with scores that are no numbers comes last.
/// - Source: torchnet, `mAPMeter`, by which BIKE's tests measure.
public struct MeanAveragePrecision: Sendable, Equatable {
  /// Classes there are.
  public let classCount: Int
  /// The mean of ``mean`` behind each batch, every batch counted by its samples; 0 unless it is kept.
  ///
  /// It hangs on the size of batches, and on their order: a figure to compare with others, and no measure of a network.
  public private(set) var runningMean: Double = 0
  private let keepsRunningMean: Bool
  // For each class the scores of all samples, and the samples that show it, rising.
  private var scores: [[Double]]
  private var samples: [[Int]]

  /// - Parameter keepsRunningMean: whether ``runningMean`` is kept, for which each batch is sorted with all before it.
  public init(classCount: Int, keepsRunningMean: Bool = false) {
    (self.classCount, self.keepsRunningMean) = (classCount, keepsRunningMean)
    scores = [[Double]](repeating: [], count: classCount)
    samples = [[Int]](repeating: [], count: classCount)
  }

  /// Samples added.
  public private(set) var sampleCount: Int = 0

  /// Adds a batch.
  /// - Parameter labels: the classes that each sample shows, any number of them.
  /// - Precondition: shapes and labels fit.
  public mutating func add(_ rows: [ClassShares], labels: [[Int]]) {
    precondition(rows.count == labels.count, "\(labels.count) samples' labels for \(rows.count) rows of scores")
    let before = Double(sampleCount)
    for (row, labels) in zip(rows, labels) {
      precondition(row.values.count == classCount, "\(row.values.count) scores of \(classCount) classes")
      let isUsable = row.isUsable
      for (label, score) in row.values.enumerated() { scores[label].append(isUsable ? score : -.infinity) }
      for label in Set(labels) { samples[label].append(sampleCount) }
      sampleCount += 1
    }
    guard keepsRunningMean, !rows.isEmpty else { return }
    runningMean = (runningMean * before + mean * Double(rows.count)) / Double(sampleCount)
  }

  /// The mean over all classes of their average precision; 0 without classes.
  public var mean: Double {
    classCount == 0 ? 0 : (0..<classCount).reduce(0) { $0 + precision(ofClass: $1) } / Double(classCount)
  }

  /// Samples that show a class.
  public func count(ofClass label: Int) -> Int { samples[label].count }

  /// The average precision of a class; 0 if no sample shows it.
  public func precision(ofClass label: Int) -> Double {
    guard !samples[label].isEmpty else { return 0 }
    let scores = scores[label]
    let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let shown = Set(samples[label])
    var (found, sum) = (0, 0.0)
    for (position, sample) in order.enumerated() where shown.contains(sample) {
      found += 1
      sum += Double(found) / Double(position + 1)
    }
    return sum / Double(shown.count)
  }
}
