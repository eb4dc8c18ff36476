internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTraining

/// Shows a run on standard error, and what it left on standard output.
struct TrainingReporter {
  private let title: String
  private var progress: ProgressLine?
  private var firstLoss: Double?
  private var lastLoss: Double?

  init(title: String) {
    self.title = title
  }

  /// Shows an event.
  mutating func show(_ event: TrainingEvent) {
    switch event {
    case .resumed(let step, let checkpoint): note("resumed after step \(step) from \(checkpoint)")
    case .loaded(let path, let report): note("begins with \(path): \(report)")
    case .validated(let step, let outcome) where !outcome.findings.lines.isEmpty:
      for line in outcome.findings.lines { note("validated after step \(step): \(line)") }
    case .validated(let step, let outcome):
      let metrics = outcome.findings.metrics.map { metric in
        "\(metric.name) \(metric.isShare ? metric.value.percentText : metric.value.threeDigits)"
      }
      note(
        "validated after step \(step): \(metrics.joined(separator: ", ")) of \(outcome.findings.sampleCount) clips")
    case .note(let text): note("note: \(text)")
    case .skipped(let problem): note("skipped: \(problem)")
    case .failure(let failure): note("failed: \(failure)")
    case .checkpoint(let path): if !Console.isTerminal { note("checkpoint \(path)") }
    case .step(let report, let advance):
      if progress == nil { progress = ProgressLine(title, total: advance.total, done: advance.done) }
      firstLoss = firstLoss ?? report.loss
      lastLoss = report.loss
      progress?.update(
        done: advance.done, unit: advance.unit,
        details: "epoch \(report.epoch + 1)  step \(report.step)  loss \(report.loss.threeDigits)"
          + "  lr \(report.learningRate.threeDigits)" + TrainingReporter.accuracies(report.metrics))
    }
  }

  /// Accuracies beside those of guessing: `  mask_acc 3.1 % (guess 2.0 %)`.
  static func accuracies(_ metrics: [String: Double]) -> String {
    metrics.sorted { $0.key < $1.key }.compactMap { name, accuracy in
      metrics[name + LossTerms.guessSuffix].map { "  \(name) \(accuracy.percentText) (guess \($0.percentText))" }
    }.joined()
  }

  /// Ends the progress line.
  mutating func finish() {
    progress?.finish()
    progress = nil
  }

  /// Says how the run ended.
  func close(_ outcome: TrainingOutcome, directory: RunDirectory) {
    guard !outcome.wasFinished else {
      Console.print(
        "\(title): finished already after step \(outcome.step), in \(directory.path); nothing was changed. More --epochs or "
          + "--steps go on with it, --overwrite without --resume begins anew.")
      return
    }
    let failed = outcome.failures.samples.count
    if failed > 0 {
      Console.note(
        "\(failed) samples failed (\(outcome.failures.count) times); they are listed in \(directory.failures)")
    }
    let losses = firstLoss.flatMap { first in
      lastLoss.map { ", loss \(first.threeDigits) → \($0.threeDigits)" }
    }
    Console.print(
      "\(title): \(outcome.isStopped ? "stopped after" : "finished") step \(outcome.step)\(losses ?? ""), in \(directory.path)"
    )
  }

  private func note(_ line: String) {
    if Console.isTerminal && progress != nil { Console.rewrite("\r\u{1B}[2K") }
    Console.note(line)
  }
}
