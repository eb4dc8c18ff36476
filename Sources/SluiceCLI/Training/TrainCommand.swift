internal import ArgumentParser
internal import SluicePipelines

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a pipeline; stops cleanly, resumes exactly.",
    discussion: """
      Pipelines: \(Systems.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")).

      Ctrl-C finishes the step, writes a checkpoint and exits with 130; twice ends at once.

      Example:
        sluice train maskfeat --data train.txt --epochs 60 --set batch.size=2 --out runs/first
        sluice train maskfeat --resume --out runs/first
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var run: RunArguments

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

  @Flag(help: "Takes one step and says what a run would be: parameters, memory, time of a step.")
  var dryRun = false

  mutating func validate() throws {
    if let checkpointEvery, checkpointEvery < 1 {
      throw ValidationError("--checkpoint-every \(checkpointEvery): at least 1 is wanted.")
    }
    if allowChange && !resume { throw ValidationError("--allow-change goes with --resume.") }
  }

  func run() async throws {
    let system = try Systems.named(pipeline)
    var request = try run.request()
    request.checkpointEvery = checkpointEvery
    if dryRun { return try await DryRun(try PreparedRun(system, request)).report() }
    let directory = try chosenDirectory(system.name)
    if resume { request = request.completed(by: try RunConfiguration.storedRequest(in: directory)) }
    let prepared = try PreparedRun(system, request)
    let trainer = prepared.trainer(in: directory)

    let stop = StopRequest()
    let signals = StopSignals { stop.make() }
    defer { signals.end() }
    var reporter = TrainingReporter(title: system.name)
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
