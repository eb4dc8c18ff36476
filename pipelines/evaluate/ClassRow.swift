internal import SluiceCheckpoints
internal import SluiceNN

/// How the samples of one class were classified.
struct ClassRow: Sendable {
  let name: String
  let samples: Int
  let correct: Int
  /// The share that is correct; `nil` without samples.
  let recall: Double?
  /// The class its samples were most often taken for wrongly; `nil` if they never were.
  let confusedWith: String?
  let confusedCount: Int

  var json: JSONValue {
    .object([
      "name": .string(name), "samples": .integer(samples), "recognized": .integer(correct),
      "recall": recall.map { .number($0) } ?? .null, "confusedWith": confusedWith.map { .string($0) } ?? .null,
      "confusedCount": .integer(confusedCount),
    ])
  }
}

extension ClassificationCounts {
  /// A row per class, in it how often it was predicted as each.
  var confusionRows: [[Int]] {
    (0..<classCount).map { Array(confusion[$0 * classCount..<($0 + 1) * classCount]) }
  }

  /// What became of each class.
  func classRows(named names: [String]) -> [ClassRow] {
    confusionRows.enumerated().map { label, row in
      let wrong = row.indices.filter { $0 != label && row[$0] > 0 }.max { row[$0] < row[$1] }
      return ClassRow(
        name: names[label], samples: row.reduce(0, +) + unusable[label], correct: row[label],
        recall: recall(ofClass: label), confusedWith: wrong.map { names[$0] }, confusedCount: wrong.map { row[$0] } ?? 0
      )
    }
  }
}
