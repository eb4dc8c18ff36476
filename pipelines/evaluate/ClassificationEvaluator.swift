internal import SluiceCheckpoints
public import SluiceDatasets
public import SluiceNN
internal import SluiceReport
public import SluiceTensor
public import SluiceTraining

/// Counts how often a classifier is right: top-1, top-5, every class, confusion, and its mean cross-entropy.
public struct ClassificationEvaluator: Evaluator {
  /// Which class was predicted for which.
  public private(set) var counts: ClassificationCounts
  private var loss = 0.0
  private let names: [String]
  private let average: ViewAverage.Rule
  private var scores: SampleScores?

  /// - Parameters:
  ///   - classes: the classes by name, for tables.
  ///   - average: what of a sample's views was averaged.
  public init(
    classCount: Int, classes: ClassMap = ClassMap(numbers: [:]), average: ViewAverage.Rule = .score
  ) {
    counts = ClassificationCounts(classCount: classCount)
    names = classes.names(count: classCount)
    self.average = average
  }

  public mutating func keepScores() -> Bool {
    scores = SampleScores(average == .probability ? .probability : .logit, classes: names)
    return true
  }

  public var primary: PrimaryMetric { .highest("top1") }

  public var sampleCount: Int { counts.sampleCount }

  /// - Throws: ``RunError`` if a sample of the batch has no class.
  public mutating func add(_ output: Tensor, for batch: ViewBatch) throws {
    let labels = batch.labels.compactMap(\.self)
    guard labels.count == batch.names.count else {
      throw RunError(.data, "\(batch.names.joined(separator: ", ")): a sample has no class to compare with.")
    }
    add(output, labels: labels, names: batch.names)
  }

  /// Takes note of what the network made of samples.
  /// - Parameter output: `[B, classes]`.
  mutating func add(_ output: Tensor, labels: [Int], names: [String]) {
    counts.add(logits: output, labels: labels)
    loss += Double(output.crossEntropy(labels: labels).scalar) * Double(labels.count)
    guard scores != nil else { return }
    // Of probabilities their logarithms come.
    let rows = average == .probability ? output.softmax().floats : output.floats
    scores?.add(rows, names: names, labels: labels)
  }

  public func findings() -> EvaluationFindings {
    let tables = ClassificationTables(counts, names)
    let unusable = counts.unusable.reduce(0, +)
    let warning =
      unusable == 0
      ? "" : "\(unusable) of \(sampleCount) clips have logits that are not finite; they count as wrong.\n\n"
    return EvaluationFindings(
      sampleCount: sampleCount,
      metrics: [
        .init("top1", counts.top1, title: "top-1"), .init("top5", counts.top5, title: "top-5"),
        .init("mean_class_accuracy", counts.meanClassAccuracy, title: "mean class accuracy"),
        .init("loss", loss / Double(max(sampleCount, 1)), isShare: false),
      ],
      text: warning + tables.text, details: tables.details,
      sections: [Report.Section("Classes", tables.parts)], scores: scores)
  }
}
