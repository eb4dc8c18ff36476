public import SluiceCheckpoints
public import SluiceReport

/// Compares what a network makes of a whole set with what is right: classification, retrieval, detection.
///
/// ```swift
/// struct MeanError: Evaluator {
///   let primary = PrimaryMetric.lowest("error")
///   var sum = 0.0, sampleCount = 0
///
///   mutating func add(_ output: Tensor, for batch: Pairs) {
///     for (own, wanted) in zip(output.floats, batch.targets.floats) { sum += Double(abs(own - wanted)) }
///     sampleCount += batch.targets.shape[0]
///   }
///
///   func findings() -> EvaluationFindings {
///     EvaluationFindings(sampleCount: sampleCount, metrics: [.init("error", sum / Double(sampleCount), isShare: false)])
///   }
/// }
/// ```
/// A value is fresh for each evaluation, gets every batch once and in order, and is asked at the end.
public protocol Evaluator<Batch, Output>: Sendable {
  associatedtype Batch: Sendable
  associatedtype Output: Sendable

  /// The metric that the best checkpoint is chosen by; one of those in ``findings()``.
  var primary: PrimaryMetric { get }

  /// Takes note of what the network made of a batch.
  mutating func add(_ output: Output, for batch: Batch) throws
  /// Samples noted so far.
  var sampleCount: Int { get }
  /// What was found in all batches.
  func findings() throws -> EvaluationFindings
  /// Asks, before the first batch, for the scores of every sample among the findings.
  /// - Returns: whether it gives any; not unless said.
  mutating func keepScores() -> Bool
}

extension Evaluator {
  public mutating func keepScores() -> Bool { false }
}

/// The metric that tells the better of two networks.
public struct PrimaryMetric: Sendable, Equatable {
  public let name: String
  /// Whether the lower of two values is the better one.
  public let isLowestBest: Bool

  /// A metric to be maximized, such as an accuracy.
  public static func highest(_ name: String) -> PrimaryMetric { PrimaryMetric(name: name, isLowestBest: false) }
  /// A metric to be minimized, such as a loss.
  public static func lowest(_ name: String) -> PrimaryMetric { PrimaryMetric(name: name, isLowestBest: true) }

  /// How checkpoints are compared whose positions hold the metric as a log does.
  var best: BestCheckpoint { isLowestBest ? .lowest("val_" + name) : .highest("val_" + name) }
}

/// What an ``Evaluator`` found: metrics for logs and choices, tables for readers.
public struct EvaluationFindings: Sendable {
  /// A number that says how good a network is.
  public struct Metric: Sendable, Equatable {
    public let name: String
    /// What readers know it as: “top-1”, “R@1, text to video”.
    public let title: String
    public let value: Double
    /// Whether it is a share of 1, which tables show as a percentage.
    public let isShare: Bool

    /// - Parameter title: the name unless said.
    public init(_ name: String, _ value: Double, title: String? = nil, isShare: Bool = true) {
      self.name = name
      self.title = title ?? name
      self.value = value
      self.isShare = isShare
    }
  }

  /// Samples that were evaluated.
  public let sampleCount: Int
  /// The metrics, the most telling first.
  public let metrics: [Metric]
  /// What is said instead of a list of the metrics, a line each; none where the list says it best.
  public let lines: [String]
  /// Tables as lines of text, for a terminal.
  public let text: String
  /// Everything that was found, for machines: members of the JSON report.
  public let details: [String: JSONValue]
  /// The sections of a page about it.
  public let sections: [Report.Section]
  /// What every sample was given for each class, where that was asked for.
  public let scores: SampleScores?

  /// - Precondition: at least one metric.
  public init(
    sampleCount: Int, metrics: [Metric], lines: [String] = [], text: String = "", details: [String: JSONValue] = [:],
    sections: [Report.Section] = [], scores: SampleScores? = nil
  ) {
    precondition(!metrics.isEmpty, "an evaluation has at least one metric")
    self.sampleCount = sampleCount
    self.metrics = metrics
    self.lines = lines
    self.text = text
    self.details = details
    self.sections = sections
    self.scores = scores
  }

  /// The metrics as they stand in a run's log: `val_` and the name.
  public var logged: [String: Double] {
    Dictionary(metrics.map { ("val_" + $0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The metric of that name.
  public subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }
}
