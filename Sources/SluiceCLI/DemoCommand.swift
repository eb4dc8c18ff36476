internal import ArgumentParser
internal import SluiceBench
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceReport
internal import SluiceTraining

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Shows the whole framework on videos of its own: some minutes on two cores, then a report.",
    discussion: """
      Draws labeled videos whose classes differ only in motion, writes them into shards, pre-trains a small MViT without \
      labels (MaskFeat), fine-tunes it with a few labels, and compares that with the same fine-tuning from scratch and \
      with one repeated frame. Ctrl-C stops it; the same command goes on.

      Example:
        sluice demo --out sluice-demo
      """)

  @Option(help: ArgumentHelp("The directory of all it makes.", valueName: "dir"))
  var out = "sluice-demo"

  @Option(help: "Another seed draws other videos and networks.", in: .seed)
  var seed: UInt64 = 0

  @Option(help: "Labeled videos of each class.", in: .count)
  var labels = DemoSettings().labelsPerClass

  @Option(
    help: "How often labeled videos are drawn anew; accuracies are means over the draws.",
    in: .count)
  var draws = DemoSettings().draws

  @Option(help: "Threads that compute and read (default: the cores).", in: .threads)
  var threads: Int?

  @Flag(help: "A hundredth of the work, to see that everything runs; its accuracies mean nothing.")
  var quick = false

  func run() async throws {
    var settings = DemoSettings()
    (settings.labelsPerClass, settings.draws) = (labels, draws)
    if quick { settings = .quick }
    settings.seed = seed
    let demo = Demo(in: out, settings, budget: ThreadBudget(data: threads, compute: threads))
    let stop = StopRequest()
    let signals = StopSignals { stop.make() }
    defer { signals.end() }
    var reporter = DemoReporter()
    let summary = try await demo.run(stop: stop) { reporter.show($0) }
    reporter.finish()
    guard let summary else {
      Console.note("stopped; the same command goes on")
      throw ExitCode(130)
    }
    let page = try await demo.writeReport(
      of: summary, command: Command(repetition, purpose: "does all of this again"))
    Console.print(summary.table)
    Console.print("")
    Console.print(summary.sentence)
    Console.print("report \(page)")
  }

  /// The command that makes the same demo.
  private var repetition: String {
    var words = ["./sluice", "demo", "--out", "again"]
    if quick { words.append("--quick") }
    if seed != 0 { words += ["--seed", "\(seed)"] }
    let usual = DemoSettings()
    if labels != usual.labelsPerClass { words += ["--labels", "\(labels)"] }
    if draws != usual.draws { words += ["--draws", "\(draws)"] }
    return words.joined(separator: " ")
  }
}

/// Shows a demo on standard error.
private struct DemoReporter {
  private var progress: ProgressLine?

  mutating func show(_ event: DemoEvent) {
    switch event {
    case .phase(let name, let done, let total):
      finish()
      progress = ProgressLine(name, total: total, done: done)
    case .progress(let done, let unit, let details):
      progress?.update(done: done, unit: unit, details: details)
    case .note(let line):
      finish()
      Console.note(line)
    }
  }

  mutating func finish() {
    progress?.finish()
    progress = nil
  }
}

extension DemoSummary {
  /// A line for each kind of training: mean, spread and single accuracies.
  var table: String {
    var table = TextTable(["trained", "top-1", "spread", "draws"])
    for kind in DemoKind.allCases {
      table.add([
        kind.title, mean(of: kind).map(\.percentText) ?? "–", "± \(deviation(of: kind).percentText)",
        accuracies(of: kind).map(\.percentText).joined(separator: ", "),
      ])
    }
    table.add(["guessing", chance.percentText, "", ""])
    return table.text
  }
}
