internal import FoundationEssentials
internal import SluiceFlow
internal import SluiceTensor

/// A run that is watched, not kept.
struct ProfileRun<Output: Sendable> {
  private let pipeline: Pipeline<Output>
  private let options: RunOptions

  init(_ pipeline: Pipeline<Output>, options: RunOptions) {
    self.pipeline = pipeline
    self.options = options
  }

  /// Runs the pipeline and prints what each node did, and what limits it.
  func report(operations: Bool, asJSON: Bool) async throws {
    let profile = OperationProfile()
    var progress = ProgressLine("profile \(pipeline.name)", total: options.steps)
    defer { progress.finish() }
    let metrics = try await Compute(threadCount: options.budget.compute).run {
      try await operations ? profile.record { try await measured(&progress) } : measured(&progress)
    }
    progress.finish()
    let bottleneck = metrics.bottleneck(in: pipeline.graph)
    if asJSON {
      let report = Report(metrics: metrics, bottleneck: bottleneck.node ?? "", sentence: bottleneck.sentence)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      Console.print(String(decoding: try encoder.encode(report), as: UTF8.self))
      return
    }
    Console.print(metrics.table)
    Console.print("")
    Console.print(bottleneck.sentence)
    if operations {
      Console.print("")
      Console.print(profile.table)
    }
  }

  private func measured(_ progress: inout ProgressLine) async throws -> RunMetrics {
    let run = pipeline.run(options)
    var count = 0
    var metrics = run.metrics
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
