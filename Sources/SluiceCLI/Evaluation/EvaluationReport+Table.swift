internal import SluicePipelines

extension EvaluationReport {
  /// The result in a line, the classes in a table.
  var table: String {
    var table = TextTable(["class", "clips", "recognised", "recall", "most often taken for"])
    for row in classes where row.samples > 0 {
      table.add([
        row.name, "\(row.samples)", "\(row.recognised)", row.recall.map(TrainingReporter.percent) ?? "–",
        row.confusedWith.map { "\($0) (\(row.confusedCount))" } ?? "–",
      ])
    }
    let views = windows * (crops == "three" ? 3 : 1)
    let head =
      "\(pipeline) from \(checkpoint): top-1 \(TrainingReporter.percent(top1)), top-5 \(TrainingReporter.percent(top5)), "
      + "loss \(ProgressLine.formatted(loss)) on \(samples) clips, \(views == 1 ? "one view" : "\(views) views") each"
      + (failed > 0 ? "; \(failed) failed" : "")
    guard classes.count <= 16 else { return head + "\n\n" + table.text }
    var matrix = TextTable(["label \\ taken for"] + classes.map(\.name))
    for (row, counts) in zip(classes, confusion) { matrix.add([row.name] + counts.map { $0 > 0 ? "\($0)" : "·" }) }
    return [head, "", table.text, "", matrix.text].joined(separator: "\n")
  }
}
