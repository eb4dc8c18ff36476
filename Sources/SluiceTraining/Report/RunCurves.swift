internal import SluiceReport

/// The curves of a run's log: the loss with whatever else is a loss, accuracies, rates, and all other metrics.
package struct RunCurves {
  private let lines: [MetricsLog.Line]
  // Metrics besides the loss, by name; a metric need not stand in every line.
  private let names: [String]

  package init(_ lines: [MetricsLog.Line]) {
    self.lines = lines
    names = Set(lines.flatMap(\.metrics.keys)).sorted()
  }

  /// The charts.
  var parts: [Report.Part] {
    var charts = [chart("Loss", "loss", [series("loss", \.loss)] + names.filter(isLoss).map(metric))]
    let accuracies = names.filter(isAccuracy)
    if !accuracies.isEmpty {
      let guesses = names.contains { $0.hasSuffix(LossTerms.guessSuffix) }
      let caption = "Accuracy, 0 to 1" + (guesses ? "; guess: always the most frequent answer of the epoch so far" : "")
      charts.append(chart(caption, "share", accuracies.map(metric)))
    }
    charts += names.filter { !isLoss($0) && !isAccuracy($0) }.map { chart($0, $0, [metric($0)]) }
    charts += [
      chart("Learning rate", "learning rate", [series("learning rate", \.learningRate)]),
      chart("Length of the gradient before clipping", "norm", [series("gradient norm", \.gradientNorm)]),
      chart("Samples per second, validation left out", "samples/s", [series("samples/s", \.samplesPerSecond)]),
    ]
    return charts.map { .lines($0) }
  }

  /// The highest value of a validation's top-1 or text-to-video R@1, or of its first accuracy if it has none, and where it stands.
  var bestAccuracy: (name: String, value: Double, step: Int)? {
    let accuracies = names.filter { isAccuracy($0) && $0.hasPrefix("val") }
    let foremost = ["top1", "t2v_r1"]
    guard let name = accuracies.first(where: { name in foremost.contains { name.hasSuffix($0) } }) ?? accuracies.first
    else { return nil }
    let values = lines.compactMap { line in line.metrics[name].map { (name, $0, line.step) } }
    return values.filter(\.1.isFinite).max { $0.1 < $1.1 }
  }

  /// An accuracy of training beside that of guessing, in the last epoch.
  package struct AgainstGuessing {
    package let name: String
    package let accuracy: Double
    package let guess: Double
    /// The first epoch, from 0, from which on the accuracy is above guessing in all; `nil` if it is not in the last.
    package let since: Int?
  }

  /// What is logged with the accuracy of guessing beside it: the means of epochs, and what guessing reached at their ends.
  package var againstGuessing: [AgainstGuessing] {
    names.filter { names.contains($0 + LossTerms.guessSuffix) }.compactMap { name in
      var found: [Int: (sum: Double, count: Double, guess: Double)] = [:]
      for line in lines {
        guard let accuracy = line.metrics[name], let guess = line.metrics[name + LossTerms.guessSuffix] else {
          continue
        }
        let before = found[line.epoch] ?? (0, 0, 0)
        found[line.epoch] = (before.sum + accuracy, before.count + 1, guess)
      }
      let epochs = found.keys.sorted()
      guard let last = epochs.last, let end = found[last] else { return nil }
      let above = epochs.reversed().prefix { epoch in found[epoch].map { $0.sum / $0.count > $0.guess } ?? false }
      return AgainstGuessing(name: name, accuracy: end.sum / end.count, guess: end.guess, since: above.last)
    }
  }

  private func isLoss(_ name: String) -> Bool { name.hasSuffix("loss") || name.hasPrefix("loss_") }

  // Of classification, and the recalls of retrieval with their geometric mean.
  private static let accuracies: [String] = [
    "top1", "top5", "accuracy", "_r1", "_r5", "_r10", "_r50", "_gm", LossTerms.guessSuffix,
  ]

  private func isAccuracy(_ name: String) -> Bool {
    Self.accuracies.contains { name.hasSuffix($0) } || names.contains(name + LossTerms.guessSuffix)
  }

  private func chart(_ caption: String, _ y: String, _ series: [LineChart.Series]) -> LineChart {
    LineChart(caption, x: "step", y: y, series: series)
  }

  private func series(_ name: String, _ value: (MetricsLog.Line) -> Double) -> LineChart.Series {
    LineChart.Series(name, lines.map { LineChart.Point(x: Double($0.step), y: value($0)) })
  }

  private func metric(_ name: String) -> LineChart.Series {
    LineChart.Series(
      name, lines.compactMap { line in line.metrics[name].map { LineChart.Point(x: Double(line.step), y: $0) } })
  }
}
