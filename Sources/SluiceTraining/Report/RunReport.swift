internal import SluiceFlow
internal import SluicePlatform
internal import SluiceReport

/// `report.html` of a training run: its curves, where the time went, what failed, how to repeat it.
///
/// The curves come from `metrics.jsonl`, so that they begin at the first step of a resumed run too.
struct RunReport {
  /// How the run came to its end.
  enum Ending {
    case finished
    case stopped
    case failed(String)
  }

  let graph: GraphDescription
  let configuration: RunConfiguration
  let directory: RunDirectory
  /// The command of each session, the oldest first.
  let commands: [String]
  /// What the nodes did in this session.
  let metrics: RunMetrics
  let failures: FailureLog
  /// Samples that failed when the network was evaluated between epochs.
  var validationFailures: [SampleFailure] = []
  let ending: Ending
  /// What the network makes of some samples.
  var samples: [Report.Part] = []

  /// Writes the page into the run's directory, whole or not at all.
  /// - Throws: ``RunError`` if the log cannot be read or the page not be written.
  func write() throws(RunError) {
    let lines = try MetricsLog.lines(at: directory.metrics)
    try directory.write(report(of: lines).html, to: directory.report)
  }

  private static func finished(_ step: Int) -> String { "Finished after step \(step)" }

  /// Whether a page says of a run that it is finished after this step.
  static func isFinal(at path: String, step: Int) -> Bool {
    guard let bytes = try? readFile(path) else { return false }
    return String(decoding: bytes, as: UTF8.self).contains(finished(step) + " in epoch")
  }

  private func report(of lines: [MetricsLog.Line]) -> Report {
    var sections = [
      Report.Section("Curves", RunCurves(lines).parts),
      Report.Section("Where the time went", [timing, .graph(graph)]),
    ]
    if !samples.isEmpty { sections.insert(Report.Section("Samples", samples), at: 1) }
    if !failures.samples.isEmpty || !validationFailures.isEmpty {
      sections.append(Report.Section("Failed samples", [failureTable]))
    }
    sections.append(
      Report.Section("Repeat it", [.commands(commandList), .table(settings), .table(MachineFacts.current.table)]))
    return Report("\(graph.name): \(directory.path)", summary: summary(of: lines), sections: sections)
  }

  private func summary(of lines: [MetricsLog.Line]) -> String {
    guard let first = lines.first, let last = lines.last else {
      if case .failed(let reason) = ending { return "The run ended before its first step: \(reason)" }
      return "The run has taken no step yet."
    }
    var text =
      switch ending {
      case .finished: RunReport.finished(last.step)
      case .stopped: "Stopped after step \(last.step), before its end"
      case .failed: "Ended by an error after step \(last.step)"
      }
    text += " in epoch \(last.epoch + 1): loss \(first.loss.threeDigits) → \(last.loss.threeDigits)"
    if let (name, value, step) = RunCurves(lines).bestAccuracy {
      text += ", best \(name) \((value * 100).threeDigits) % at step \(step)"
    }
    text += "."
    for found in RunCurves(lines).againstGuessing { text += " \(RunReport.sentence(found))" }
    if !failures.samples.isEmpty { text += " \(failureSentence)" }
    if case .failed(let reason) = ending { text += " \(reason)" }
    return text
  }

  /// Whether an accuracy is above that of guessing, and since when.
  private static func sentence(_ found: RunCurves.AgainstGuessing) -> String {
    let values =
      "\(found.name) \(found.accuracy.percentText), and the most frequent answer is right in \(found.guess.percentText)"
    guard let since = found.since else { return "In the last epoch \(values): it is not better than guessing." }
    return "In the last epoch \(values): better than guessing since epoch \(since + 1)."
  }

  private var timing: Report.Part {
    metrics.nodes.isEmpty ? .text("Nothing has run in this session.") : .stages(metrics, graph)
  }

  private var failureTable: Report.Part {
    let all = failures.samples + validationFailures
    let shown = all.prefix(200)
    let rest =
      all.count > shown.count ? " These are the first \(shown.count); all are in failures.csv." : ""
    return .table(
      DataTable(
        failureSentence + rest,
        columns: [.text("sample"), .text("stage"), .number("epoch"), .text("reason")],
        rows: shown.map { [$0.identity, $0.stage, "\($0.epoch + 1)", $0.reason] }))
  }

  private var failureSentence: String {
    guard !failures.samples.isEmpty else { return "Samples of the validation failed." }
    let samples = failures.samples.count == 1 ? "One sample" : "\(failures.samples.count) samples"
    return "\(samples) failed, \(failures.count == 1 ? "once" : "\(failures.count) times in all")."
  }

  private var commandList: [Command] {
    commands.enumerated().map { number, text in
      Command(text, purpose: number == 0 ? "The run was started by" : "and went on by")
    }
  }

  private var settings: DataTable {
    DataTable(
      "The configuration, as in configuration.json.", columns: [.text("setting"), .text("value")],
      rows: configuration.values.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })
  }
}
