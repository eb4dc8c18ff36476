internal import FoundationEssentials
internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceReport
public import SluiceTraining

/// An evaluation in words and numbers: what is printed, and what is written beside a run.
public struct EvaluationReport: Sendable {
  /// The system's name.
  public let pipeline: String
  /// The checkpoint or weight file.
  public let checkpoint: String
  /// The lists and shard sets.
  public let data: [String]
  public let views: EvaluationViews
  public let outcome: EvaluationOutcome

  public init(
    _ outcome: EvaluationOutcome, of pipeline: String, from checkpoint: String, on data: [String],
    views: EvaluationViews
  ) {
    (self.outcome, self.pipeline, self.checkpoint, self.data, self.views) = (outcome, pipeline, checkpoint, data, views)
  }

  private var failed: Int { outcome.failures.samples.count }

  /// The metrics in one line.
  private var metrics: String {
    guard outcome.findings.lines.isEmpty else { return outcome.findings.lines.joined(separator: "; ") }
    return outcome.findings.metrics.map { metric in
      "\(metric.title) \(metric.isShare ? metric.value.percentText : metric.value.threeDigits)"
    }.joined(separator: ", ")
  }

  /// The result in a line or in those of the evaluator, and its tables.
  public var text: String {
    headline + (outcome.findings.text.isEmpty ? "" : "\n\n" + outcome.findings.text)
  }

  private var headline: String {
    guard outcome.findings.lines.isEmpty else { return outcome.findings.lines.joined(separator: "\n") }
    return "\(pipeline) from \(checkpoint): \(metrics) on \(outcome.findings.sampleCount) clips, "
      + (views.count == 1 ? "one view" : "\(views.count) views") + " each" + (failed > 0 ? "; \(failed) failed" : "")
  }

  /// The report as JSON.
  /// - Throws: if a metric is not finite.
  public func json() throws -> String {
    var members = outcome.findings.details
    for metric in outcome.findings.metrics { members[metric.name] = .number(metric.value) }
    members["pipeline"] = .string(pipeline)
    members["checkpoint"] = .string(checkpoint)
    members["data"] = .array(data.map { .string($0) })
    members["samples"] = .integer(outcome.findings.sampleCount)
    members["windows"] = .integer(views.windows)
    members["crops"] = .string(views.crops.rawValue)
    members["average"] = .string(views.average.rawValue)
    members["views"] = .string(views.geometry.rawValue)
    members["failed"] = .integer(failed)
    members["failures"] = .array(
      outcome.failures.samples.map { failure in
        .object([
          "sample": .string(failure.identity), "stage": .string(failure.stage), "reason": .string(failure.reason),
        ])
      })
    return try JSONValue.object(members).json(pretty: true)
  }

  /// Leaves `evaluation.json` and `evaluation.html` in `directory`.
  /// - Returns: the path of the page.
  /// - Throws: ``RunError`` if they cannot be written.
  public func write(to directory: RunDirectory) throws -> String {
    try directory.createFolder()
    try directory.write(try json() + "\n", to: directory.path + "/evaluation.json")
    let page = directory.path + "/evaluation.html"
    try directory.write(html, to: page)
    return page
  }

  /// The report as a page that needs nothing else.
  private var html: String {
    let findings = outcome.findings
    let shares = findings.metrics.filter(\.isShare).map {
      AccuracyTable.Row($0.title, mean: $0.value)
    }
    return Report(
      "\(pipeline): evaluation",
      summary: """
        \(checkpoint) on \(data.joined(separator: ", ")): \(metrics). \
        \(views.windows) window\(views.windows == 1 ? "" : "s") in time, \
        \(views.crops == .center ? "the middle of the frame" : "\(views.crops.rawValue) crops")\
        \(views.average == .probability ? ", probabilities averaged" : "")\
        \(views.geometry == .published ? ", as published" : ""); \
        \(failed) clip\(failed == 1 ? "" : "s") failed.
        """,
      sections: [
        Report.Section(
          "Metrics", [.accuracies(AccuracyTable("On \(findings.sampleCount) clips.", chance: nil, rows: shares))])
      ] + findings.sections + [
        Report.Section("Repeat it", [.commands([Command.current]), .table(MachineFacts.current.table)])
      ]
    ).html
  }
}
