internal import SluiceFlow
public import SluiceReport
internal import SluiceTraining

extension Demo {
  /// The page about a demo that has come to its end.
  /// - Parameter command: what was typed, to be repeated.
  /// - Throws: an error that names a log or shard set that cannot be read any more.
  public func report(of summary: DemoSummary, command: Command) async throws -> Report {
    let graph = try PreparedRun(MaskFeat.self, pretraining).pipeline.graph(lookingAt: 1)
    var sections: [Report.Section] = [
      .init(
        "What was learned", [.text(summary.setting), .accuracies(summary.accuracies), .classes(summary.classTable)]),
      .init("What the network sees", [.images(try await images())]),
      .init("Losses", try losses(summary)),
    ]
    if let stages = summary.stages {
      sections.append(.init("Where the time went", [.stages(stages, graph)]))
    }
    sections += [
      .init("The pipeline of pre-training", [.graph(graph)]),
      .init(
        "Repeat it", [.commands([command] + trainings), .table(summary.times), .table(MachineFacts.current.table)]),
    ]
    return Report("Sluice demo", summary: summary.sentence, sections: sections)
  }

  /// Leaves the page in the demo's directory.
  /// - Returns: its path.
  /// - Throws: ``RunError`` if it cannot be written.
  public func writeReport(of summary: DemoSummary, command: Command) async throws -> String {
    let page = directory + "/report.html"
    try RunDirectory(path: directory).write(try await report(of: summary, command: command).html, to: page)
    return page
  }

  /// The trainings of the first draw, each to be made by itself from the demo's shards.
  private var trainings: [Command] {
    var pretraining = pretraining
    pretraining.checkpointEvery = nil
    let first = Command(
      pretraining.command(MaskFeat.self, out: "again/pretrain"), purpose: "pre-trains on the demo's shards")
    return [first]
      + DemoKind.allCases.map { kind in
        Command(
          tuning(kind, 0).command(MaskFeatFineTuning.self, out: "again/\(kind.rawValue)"), purpose: kind.title)
      } + [
        Command(
          "./sluice eval maskfeat-finetune --from again/\(DemoKind.pretrained.rawValue) --data \(shards(.val))",
          purpose: "evaluates one")
      ]
  }

  private func losses(_ summary: DemoSummary) throws -> [Report.Part] {
    let pretraining = LineChart(
      "Pre-training: squared error of the predicted HOG of hidden tokens.", x: "step", y: "loss",
      series: [try series("MaskFeat", of: pretrained)])
    let tuning = LineChart(
      "Fine-tuning with labels, first draw: cross-entropy.", x: "step", y: "loss",
      series: try DemoKind.allCases.map { try series($0.title, of: run($0, 0)) })
    return [.lines(pretraining), .lines(tuning)]
  }

  private func series(_ name: String, of directory: RunDirectory) throws -> LineChart.Series {
    LineChart.Series(
      name, try MetricsLog.lines(at: directory.metrics).map { LineChart.Point(x: Double($0.step), y: $0.loss) })
  }
}

extension DemoSummary {
  /// What was done, for a reader who has not read the manual.
  fileprivate var setting: String {
    "Eight classes of moving shapes that no single frame gives away. The network saw \(settings.trainCount) videos "
      + "without labels (\(settings.pretrainSteps) steps of \(settings.batchSize)), then \(settings.labelsPerClass) "
      + "labeled ones of each class (\(settings.tuneSteps) steps), and was evaluated on \(settings.valCount) others. Means "
      + "and standard deviations over \(settings.draws) draws of the labeled videos."
  }

  fileprivate var accuracies: AccuracyTable {
    AccuracyTable(
      "Share of \(settings.valCount) videos recognized.", chance: chance,
      rows: DemoKind.allCases.compactMap { kind in
        mean(of: kind).map { mean in
          AccuracyTable.Row(
            kind.title, mean: mean, spread: settings.draws > 1 ? deviation(of: kind) : nil,
            count: accuracies(of: kind).count)
        }
      })
  }

  fileprivate var classTable: ClassTable {
    ClassTable(
      "Share recognized of each class, mean of all draws.", columns: DemoKind.allCases.map(\.rawValue),
      rows: classes.enumerated().map { number, name in
        ClassTable.Row(name, values: DemoKind.allCases.map { recall(of: $0, class: number) })
      })
  }

  fileprivate var times: DataTable {
    DataTable(
      "Seconds of each phase.", columns: [.text("phase"), .number("seconds")],
      rows: seconds.sorted { $0.value > $1.value }.map { [$0.key, "\($0.value)"] })
  }
}
