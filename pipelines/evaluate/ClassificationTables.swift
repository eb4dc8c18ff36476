internal import SluiceCheckpoints
internal import SluiceNN
internal import SluicePlatform
internal import SluiceReport

/// The classes of an evaluation as tables, for a terminal and for a page.
struct ClassificationTables {
  private let rows: [ClassRow]
  private let confusion: [[Int]]
  private let names: [String]
  private let unusable: Int

  /// - Parameter names: of all classes, in the order of their numbers.
  init(_ counts: ClassificationCounts, _ names: [String]) {
    (rows, confusion, self.names) = (counts.classRows(named: names), counts.confusionRows, names)
    unusable = counts.unusable.reduce(0, +)
  }

  /// The same as members of a JSON report.
  var details: [String: JSONValue] {
    [
      "unusable": .integer(unusable), "classes": .array(rows.map(\.json)),
      "confusion": .array(confusion.map { .array($0.map { .integer($0) }) }),
    ]
  }

  private static let columns = ["class", "clips", "recognized", "recall", "most often taken for"]

  private var cells: [[String]] {
    rows.filter { $0.samples > 0 }.map { row in
      [
        row.name, "\(row.samples)", "\(row.correct)", row.recall?.percentText ?? "–",
        row.confusedWith.map { "\($0) (\(row.confusedCount))" } ?? "–",
      ]
    }
  }

  /// A line per class; the confusion matrix too where it can be read.
  var text: String {
    var table = TextTable(Self.columns)
    for row in cells { table.add(row) }
    guard names.count <= 16 else { return table.text }
    var matrix = TextTable(["label \\ taken for"] + names)
    for (name, counts) in zip(names, confusion) { matrix.add([name] + counts.map { $0 > 0 ? "\($0)" : "·" }) }
    return table.text + "\n\n" + matrix.text
  }

  var parts: [Report.Part] {
    let table = DataTable(
      "Class by class.",
      columns: [
        .text("class"), .number("clips"), .number("recognized"), .number("recall"), .text("most often taken for"),
      ],
      rows: cells)
    // More than these nobody can read; the table says what each class is taken for.
    guard names.count <= 40 else { return [.table(table)] }
    return [
      .table(table), .confusion(ConfusionMatrix("", classes: names, counts: confusion.flatMap(\.self))),
    ]
  }
}
