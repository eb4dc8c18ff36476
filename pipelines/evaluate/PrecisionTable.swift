internal import SluiceCheckpoints
internal import SluiceNN
internal import SluicePlatform
internal import SluiceReport
internal import SluiceTraining

/// The average precision of every class, and the two means that are known of it.
struct PrecisionTable {
  private let rows: [(name: String, count: Int, precision: Double)]
  private let mean: Double
  private let running: Double
  private let sampleCount: Int

  /// - Parameter names: of all classes, in the order of their numbers.
  init(_ precision: MeanAveragePrecision, _ names: [String]) {
    rows = names.enumerated().map { ($1, precision.count(ofClass: $0), precision.precision(ofClass: $0)) }
    (mean, running, sampleCount) = (precision.mean, precision.runningMean, precision.sampleCount)
  }

  /// The published figure and the corrected one, each with its name.
  func lines(batchSize: Int, viewCount: Int) -> [String] {
    [
      "map_running \(running.hundredths) (reference: the mean of the figures behind each batch of \(batchSize) clips)",
      "map \(mean.hundredths) (all \(sampleCount) clips at the end, \(viewCount == 1 ? "one view" : "\(viewCount) views") each)",
    ]
  }

  var metrics: [EvaluationFindings.Metric] {
    [
      .init("map", mean, title: "mAP"), .init("map_running", running, title: "mAP, the mean behind each batch"),
    ]
  }

  var text: String {
    var table = TextTable(["class", "clips", "average precision"])
    for row in rows where row.count > 0 { table.add([row.name, "\(row.count)", row.precision.hundredths]) }
    return table.text
  }

  var part: Report.Part {
    .table(
      DataTable(
        "Class by class; a class without clips counts as 0.",
        columns: [.text("class"), .number("clips"), .number("average precision, %")],
        rows: rows.map { [$0.name, "\($0.count)", $0.precision.hundredths] }))
  }

  var details: [String: JSONValue] {
    [
      "classes": .array(
        rows.map {
          .object(["name": .string($0.name), "samples": .integer($0.count), "average_precision": .number($0.precision)])
        })
    ]
  }
}
