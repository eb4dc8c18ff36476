internal import SluiceCheckpoints
internal import SluiceNN
internal import SluiceReport
internal import SluiceTraining

/// What frames alone say about classes that were not trained on: of all of them, and of ten halves.
struct ZeroShotResults {
  /// Splits of published results.
  static let splitCount = 10

  private let full: TopAccuracy
  private let halves: [(seed: Int, classes: [Int], accuracy: TopAccuracy)]

  /// Splits without a video say nothing and are left out.
  init(_ votes: FrameVotes) {
    full = votes.accuracy()
    halves = (0..<Self.splitCount).compactMap { seed -> (seed: Int, classes: [Int], accuracy: TopAccuracy)? in
      let (classes, accuracy) = votes.half(seed: seed)
      return accuracy.sampleCount == 0 ? nil : (seed, classes, accuracy)
    }
  }

  private func result(within depth: Int) -> MeanAndDeviation {
    MeanAndDeviation(of: halves.map { $0.accuracy.share(within: depth) })
  }

  var lines: [String] {
    [
      "full-classes: \(full.text([1, 5]))",
      "half-classes \(halves.count) splits: top-1 \(result(within: 1).text), top-5 \(result(within: 5).text)",
    ]
  }

  var metrics: [EvaluationFindings.Metric] {
    [1, 5].flatMap { depth -> [EvaluationFindings.Metric] in
      let half = result(within: depth)
      return [
        .init("full_top\(depth)", full.share(within: depth), title: "full classes, top-\(depth)"),
        .init("half_top\(depth)", half.mean, title: "half classes, top-\(depth)"),
        .init("half_top\(depth)_deviation", half.deviation, title: "half classes, deviation of top-\(depth)"),
      ]
    }
  }

  var details: [String: JSONValue] {
    [
      "half_splits": .array(
        halves.map { half in
          .object([
            "seed": .integer(half.seed), "classes": .array(half.classes.map { .integer($0) }),
            "samples": .integer(half.accuracy.sampleCount), "top1": .number(half.accuracy.share(within: 1)),
            "top5": .number(half.accuracy.share(within: 5)),
          ])
        })
    ]
  }

  var table: Report.Part {
    .table(
      DataTable(
        "Halves of the classes, by the mean vote of the frames' features.",
        columns: [.text("split"), .number("classes"), .number("clips"), .number("top-1, %"), .number("top-5, %")],
        rows: halves.map { half in
          [
            "\(half.seed)", "\(half.classes.count)", "\(half.accuracy.sampleCount)",
            half.accuracy.share(within: 1).hundredths, half.accuracy.share(within: 5).hundredths,
          ]
        }))
  }
}
