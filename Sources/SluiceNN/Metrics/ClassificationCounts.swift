internal import Glibc
public import SluiceTensor

/// How often a classifier was right, over all samples of an evaluation.
///
/// ```swift
/// var counts = ClassificationCounts(classCount: 400)
/// counts.add(logits: logits, labels: labels)
/// counts.top1   // 0.752
/// ```
public struct ClassificationCounts: Sendable, Equatable {
  /// Classes there are.
  public let classCount: Int
  /// Row-major `[label, prediction]`: how often each label was taken for each class.
  public private(set) var confusion: [Int]
  /// Samples whose label was among the five most favored classes.
  public private(set) var topFiveCount = 0
  /// Samples of each label with a logit that is not finite: they were taken for no class, and count as wrong.
  public private(set) var unusable: [Int]

  /// Nothing counted yet.
  public init(classCount: Int) {
    self.classCount = classCount
    confusion = [Int](repeating: 0, count: classCount * classCount)
    unusable = [Int](repeating: 0, count: classCount)
  }

  /// Samples counted.
  public var sampleCount: Int { confusion.reduce(0, +) + unusable.reduce(0, +) }

  /// The share of samples whose most favored class is the label; 0 without samples.
  public var top1: Double { share(of: (0..<classCount).reduce(0) { $0 + confusion[$1 * classCount + $1] }) }

  /// The share of samples whose label is among the five most favored classes; 0 without samples.
  public var top5: Double { share(of: topFiveCount) }

  /// The mean over the classes that are labels or predictions of the share of their samples that were recognized, 0 for a
  /// class without samples; 0 without samples.
  public var meanClassAccuracy: Double {
    let known = (0..<classCount).filter { label in
      recall(ofClass: label) != nil || (0..<classCount).contains { confusion[$0 * classCount + label] > 0 }
    }
    guard !known.isEmpty else { return 0 }
    return known.reduce(0) { $0 + (recall(ofClass: $1) ?? 0) } / Double(known.count)
  }

  /// The share of samples with this label that were recognized; `nil` without such samples.
  public func recall(ofClass label: Int) -> Double? {
    let row = confusion[label * classCount..<(label + 1) * classCount]
    let total = row.reduce(0, +) + unusable[label]
    return total == 0 ? nil : Double(row[row.startIndex + label]) / Double(total)
  }

  /// Counts a batch.
  /// - Parameters:
  ///   - logits: `[B, classCount]`, or anything of the same order.
  ///   - labels: one a row, in `0 ..< classCount`.
  /// - Precondition: shapes and labels fit.
  public mutating func add(logits: Tensor, labels: [Int]) {
    precondition(
      logits.shape == [labels.count, classCount],
      "\(labels.count) labels of \(classCount) classes for logits \(logits.shape)")
    let rows = logits.floats
    for (row, label) in labels.enumerated() {
      let scores = rows[row * classCount..<(row + 1) * classCount]
      guard scores.allSatisfy(\.isFinite) else {
        unusable[label] += 1
        continue
      }
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.map { $0 - scores.startIndex }
      confusion[label * classCount + order[0]] += 1
      if order.prefix(5).contains(label) { topFiveCount += 1 }
    }
  }

  /// Counts a sample.
  /// - Precondition: shares of `classCount` classes, and a label among them.
  public mutating func add(_ shares: ClassShares, label: Int) {
    precondition(shares.values.count == classCount, "\(shares.values.count) shares of \(classCount) classes")
    guard let best = shares.best else {
      unusable[label] += 1
      return
    }
    confusion[label * classCount + best] += 1
    if shares.rank(of: label) < 5 { topFiveCount += 1 }
  }

  private func share(of count: Int) -> Double { sampleCount == 0 ? 0 : Double(count) / Double(sampleCount) }
}

extension Tensor {
  /// The mean over the views of each sample, before any softmax: `[B, classes]` from `[B · views, classes]`.
  public func meanOverViews(_ views: Int) -> Tensor {
    reshaped(shape[0] / views, views, shape[1]).mean(over: 1)
  }

  /// Logits of the mean over the views of each sample of their probabilities: `[B, classes]` from `[B · views, classes]`;
  /// no gradient flows through.
  public func meanProbabilityOverViews(_ views: Int) -> Tensor {
    var average = ViewAverage(.probability)
    let rows = 0..<shape[0]
    average.add(self, samples: rows.map { $0 / views }, views: rows.map { $0 % views })
    // What no view deems possible is unlikely, and still has a logit.
    return Tensor(average.scores.floats.map { log(max($0, .leastNormalMagnitude)) }, shape: average.scores.shape)
  }
}
