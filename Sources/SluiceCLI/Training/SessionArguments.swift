internal import ArgumentParser
internal import SluicePipelines
internal import SluiceReport

/// The options of a training run that is kept: where, how often, whether it goes on.
struct SessionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Steps between checkpoints (default: at the ends of epochs, at most once a minute; always after the last step).",
      valueName: "steps"))
  var checkpointEvery: Int?

  @Flag(help: "Goes on behind the last checkpoint of --out (default: of the pipeline's last run).")
  var resume = false

  @Flag(help: "Resumes although settings that change results differ from the checkpoint's.")
  var allowChange = false

  @Option(help: ArgumentHelp("The run's directory (default: runs/PIPELINE-1, -2, …).", valueName: "dir"))
  var out: String?

  mutating func validate() throws {
    if let checkpointEvery, checkpointEvery < 1 {
      throw ValidationError("--checkpoint-every \(checkpointEvery): at least 1 is wanted.")
    }
    if allowChange && !resume { throw ValidationError("--allow-change goes with --resume.") }
  }

  /// Trains what `prepare` makes of the request, shows it, and leaves the run in its directory.
  /// - Throws: `ExitCode(130)` after a signal; what stops the run.
  func run(named name: String, _ request: RunRequest, prepare: (RunRequest) throws -> PreparedRun) async throws {
    var request = request
    request.checkpointEvery = checkpointEvery
    let directory = try chosenDirectory(name)
    if resume { request = request.completed(by: try RunConfiguration.storedRequest(in: directory)) }
    let prepared = try prepare(request)
    for note in prepared.notes { Console.note("note: \(note)") }
    var trainer = try prepared.trainer(in: directory)
    trainer.command = Command.current.text

    let stop = StopRequest()
    let signals = StopSignals { stop.make() }
    defer { signals.end() }
    var reporter = TrainingReporter(title: name)
    defer { reporter.finish() }
    let outcome =
      resume
      ? try await trainer.resume(allowsChange: allowChange, stop: stop) { reporter.show($0) }
      : try await trainer.start(stop: stop) { reporter.show($0) }
    reporter.finish()
    reporter.close(outcome, directory: directory)
    if outcome.isStopped { throw ExitCode(130) }
  }

  private func chosenDirectory(_ name: String) throws -> RunDirectory {
    if let out { return RunDirectory(path: out) }
    guard resume else { return .next(for: name) }
    guard let latest = RunDirectory.latest(for: name) else {
      throw RunError(.resume, "there is no run of \(name) under runs/. Name its directory with --out.")
    }
    return latest
  }
}
