internal import Glibc
public import SluiceTensor

/// The mean over several views of each sample: clips of other times, crops at other positions.
///
/// ```swift
/// var average = ViewAverage(.probability)
/// average.add(logits, samples: [17, 17], views: [0, 1])
/// counts.add(logits: average.scores, labels: average.samples.map { labels[$0] })
/// ```
/// A view that is added again, as samplers do that fill up a last batch, counts once: its first scores stay. Sums are in
/// double precision, so that the order of views does not matter.
public struct ViewAverage: Sendable {
  /// What is averaged.
  public enum Rule: String, Sendable, CaseIterable {
    /// Probabilities: the softmax of each view.
    case probability = "prob"
    /// Scores as they are.
    case score
  }

  private struct View: Hashable {
    var sample: Int
    var view: Int
  }

  private struct Sum {
    var values: [Double]
    var views = 1
  }

  /// What is averaged.
  public let rule: Rule
  private var seen: Set<View> = []
  private var sums: [Int: Sum] = [:]

  /// Nothing added yet.
  public init(_ rule: Rule) {
    self.rule = rule
  }

  /// Samples of which there is a view, rising.
  public var samples: [Int] { sums.keys.sorted() }

  /// The means of the samples, in the order of ``samples``: `[samples, classes]`, each at most 1 by probability.
  public var scores: Tensor {
    let samples = samples
    let width = samples.first.flatMap { sums[$0]?.values.count } ?? 0
    var rows: [Float] = []
    rows.reserveCapacity(samples.count * width)
    for sample in samples {
      guard let sum = sums[sample] else { continue }
      rows += sum.values.map { Float($0 / Double(sum.views)) }
    }
    return Tensor(rows, shape: [samples.count, width])
  }

  /// Distinct views of a sample that were added.
  public func viewCount(of sample: Int) -> Int { sums[sample]?.views ?? 0 }

  /// Adds a batch of views.
  /// - Parameters:
  ///   - scores: `[B, classes]`, of as many classes each time.
  ///   - samples: whose views they are.
  ///   - views: which views of those samples they are.
  /// - Precondition: shapes fit.
  public mutating func add(_ scores: Tensor, samples: [Int], views: [Int]) {
    precondition(
      scores.shape.rank == 2 && scores.shape[0] == samples.count && samples.count == views.count,
      "scores \(scores.shape) of \(samples.count) samples and \(views.count) views: wanted is one row for each")
    let width = scores.shape[1]
    let rows = scores.floats
    for (row, sample) in samples.enumerated() where seen.insert(View(sample: sample, view: views[row])).inserted {
      let values = contribution(rows[row * width..<(row + 1) * width])
      guard var sum = sums.removeValue(forKey: sample) else {
        sums[sample] = Sum(values: values)
        continue
      }
      precondition(sum.values.count == width, "views of \(sum.values.count) and of \(width) classes")
      for index in values.indices { sum.values[index] += values[index] }
      sum.views += 1
      sums[sample] = sum
    }
  }

  private func contribution(_ row: ArraySlice<Float>) -> [Double] {
    let scores = row.map { Double($0) }
    guard rule == .probability else { return scores }
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }
}
