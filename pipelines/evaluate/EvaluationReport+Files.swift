internal import FoundationEssentials
internal import SluicePlatform
internal import SluiceReport

extension EvaluationReport {
  /// The report as JSON.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Numbers and strings only: encoding into memory cannot fail, and a loss that is no number is left out.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// Leaves `evaluation.json` and `evaluation.html` in `directory`.
  /// - Returns: the path of the page.
  /// - Throws: ``RunError`` if they cannot be written.
  public func write(to directory: RunDirectory) throws -> String {
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    try directory.write(json + "\n", to: directory.path + "/evaluation.json")
    let page = directory.path + "/evaluation.html"
    try directory.write(html, to: page)
    return page
  }

  /// The report as a page that needs nothing else.
  private var html: String {
    var tables: [Report.Part] = [
      .accuracies(
        AccuracyTable(
          "On \(samples) clips.", chance: classes.isEmpty ? nil : 1 / Double(classes.count),
          rows: [.init("top 1", mean: top1)])),
      .table(
        DataTable(
          "Class by class.",
          columns: [
            .text("class"), .number("clips"), .number("recognised"), .number("recall"), .text("most often taken for"),
          ],
          rows: classes.filter { $0.samples > 0 }.map { row in
            [
              row.name, "\(row.samples)", "\(row.recognised)", row.recall.map(percent) ?? "–",
              row.confusedWith.map { "\($0) (\(row.confusedCount))" } ?? "–",
            ]
          })),
    ]
    // More than these nobody can read; the table says what each class is taken for.
    if classes.count <= 40 {
      tables.append(.confusion(ConfusionMatrix("", classes: classes.map(\.name), counts: confusion.flatMap(\.self))))
    }
    return Report(
      "\(pipeline): evaluation",
      summary: """
        \(checkpoint) on \(data.joined(separator: ", ")): top-1 \(percent(top1)), top-5 \(percent(top5)), \
        loss \(loss.threeDigits). \(windows) window\(windows == 1 ? "" : "s") in time, \
        \(crops == "three" ? "three crops" : "the middle of the picture"); \
        \(failed) clip\(failed == 1 ? "" : "s") failed.
        """,
      sections: [
        Report.Section("Accuracy", tables),
        Report.Section("Repeat it", [.commands([Command.current]), .table(MachineFacts.current.table)]),
      ]
    ).html
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
