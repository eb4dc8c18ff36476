internal import SluiceNN

/// An evaluation in words and numbers: what is printed, and what is written beside a run.
public struct EvaluationReport: Sendable, Encodable {
  /// One class of the table.
  public struct Row: Sendable, Encodable {
    public let name: String
    /// Its samples.
    public let samples: Int
    /// Those that were recognised.
    public let recognised: Int
    /// The share of them; `nil` without samples.
    public let recall: Double?
    /// The class its samples were most often taken for wrongly; `nil` if they never were.
    public let confusedWith: String?
    /// How often.
    public let confusedCount: Int
  }

  public let pipeline: String
  public let checkpoint: String
  public let data: [String]
  public let samples: Int
  /// Windows in time and crops in space, whose logits were averaged.
  public let windows: Int
  public let crops: String
  public let top1: Double
  public let top5: Double
  public let loss: Double
  public let failed: Int
  public let classes: [Row]
  /// A row a class, in it how often it was taken for each.
  public let confusion: [[Int]]

  /// What `evaluation` of `classifier` found on `data`.
  public init(_ result: EvaluationResult, _ evaluation: Evaluation, of classifier: TrainedClassifier, on data: [String])
  {
    let counts = result.counts
    let width = counts.classCount
    let table = (0..<width).map { Array(counts.confusion[$0 * width..<($0 + 1) * width]) }
    pipeline = classifier.name
    checkpoint = classifier.path
    self.data = data
    samples = counts.sampleCount
    windows = evaluation.views.windows
    crops = evaluation.views.crops.rawValue
    (top1, top5, loss) = (counts.top1, counts.top5, result.loss)
    failed = result.failures.samples.count
    confusion = table
    let names = evaluation.classes.names(count: width)
    classes = table.enumerated().map { label, row in
      let wrong = row.indices.filter { $0 != label && row[$0] > 0 }.max { row[$0] < row[$1] }
      return Row(
        name: names[label], samples: row.reduce(0, +), recognised: row[label],
        recall: counts.recall(ofClass: label), confusedWith: wrong.map { names[$0] },
        confusedCount: wrong.map { row[$0] } ?? 0)
    }
  }
}
