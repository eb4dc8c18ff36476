internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceFlow
internal import SluicePlatform
internal import SluiceTensor

/// What a profile shows.
struct ProfileArguments: ParsableArguments {
  @Flag(help: "Also shows the operations inside the step.")
  var ops = false

  @Option(
    help: ArgumentHelp(
      "Also writes what every worker did and when, for ui.perfetto.dev or chrome://tracing.", valueName: "file"))
  var trace: String?

  @Flag(help: "Prints JSON.")
  var json = false
}

/// A run that is watched, not kept.
struct ProfileRun<Output: Sendable> {
  private let pipeline: Pipeline<Output>
  private let options: RunOptions
  private let precision: Precision

  init(_ pipeline: Pipeline<Output>, options: RunOptions, precision: Precision) {
    self.pipeline = pipeline
    self.options = options
    self.precision = precision
  }

  /// Runs the pipeline and prints what each node did, and what limits it.
  func report(_ output: ProfileArguments) async throws {
    let trace = output.trace.map { _ in TraceRecorder() }
    var options = options
    options.trace = trace
    let profile = OperationProfile()
    var progress = ProgressLine("profile \(pipeline.name)", total: options.steps)
    defer { progress.finish() }
    let metrics = try await Compute(threadCount: options.budget.compute, precision: precision).run {
      try await output.ops ? profile.record { try await measured(options, &progress) } : measured(options, &progress)
    }
    progress.finish()
    if let trace, let path = output.trace { try write(trace, to: path) }
    let bottleneck = metrics.bottleneck(in: pipeline.graph)
    if output.json {
      let report = Report(metrics: metrics, bottleneck: bottleneck.node ?? "", sentence: bottleneck.sentence)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      Console.print(String(decoding: try encoder.encode(report), as: UTF8.self))
      return
    }
    Console.print(metrics.table)
    Console.print("")
    Console.print(bottleneck.sentence)
    if output.ops {
      Console.print("")
      Console.print("\(profile)")
    }
  }

  private func write(_ trace: TraceRecorder, to path: String) throws {
    try Data(trace.json.utf8).write(to: URL(filePath: path), options: .atomic)
    let dropped = trace.droppedCount == 0 ? "" : "; \(trace.droppedCount) later entries found no room: take fewer steps"
    Console.note("trace \(path)\(dropped)")
  }

  private func measured(_ options: RunOptions, _ progress: inout ProgressLine) async throws -> RunMetrics {
    let run = pipeline.run(options)
    var count = 0
    var metrics = run.metrics
    defer {
      progress.finish()
      Console.note(run.position.failures)
    }
    for try await _ in run {
      count += 1
      // The last reading is of a moment at which everything still ran.
      metrics = run.metrics
      progress.update(done: count, unit: "outputs")
    }
    return metrics
  }

  private struct Report: Encodable {
    let metrics: RunMetrics
    let bottleneck: String
    let sentence: String
  }
}
