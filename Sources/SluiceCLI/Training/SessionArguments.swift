internal import ArgumentParser
internal import SluiceBench
internal import SluiceDatasets
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceReport
internal import SluiceTraining

/// The options of a training run that is kept: where, how often, whether it goes on.
struct SessionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "When checkpoints are written: after so many steps (500), or so much time (10m). Default: at the ends of epochs and "
        + "every 10m. The last step always has one.",
      valueName: "interval"),
    transform: { text in
      guard let interval = CheckpointInterval(text) else {
        throw ValidationError(
          "a number of steps from 1 to 1000000000 (500), or a time from 1s to 1000000h (90s, 10m, 2h) is wanted.")
      }
      return interval
    })
  var checkpointEvery: CheckpointInterval?

  @Option(
    help: ArgumentHelp("How many of the last checkpoints stay, besides the best (default: 2).", valueName: "count"),
    in: .count)
  var keep: Int?

  @Flag(help: "Goes on behind the last checkpoint of --out (default: of the pipeline's last run).")
  var resume = false

  @Flag(help: "Resumes although settings that change results differ from the checkpoint's.")
  var allowChange = false

  @Flag(help: "Begins anew where --out holds a run already: the old one is removed.")
  var overwrite = false

  @Option(help: ArgumentHelp("The run's directory (default: runs/PIPELINE-1, -2, …).", valueName: "dir"))
  var out: String?

  mutating func validate() throws {
    if overwrite && resume { throw ValidationError("--overwrite begins anew, --resume goes on: give one of them.") }
    if overwrite && out == nil { throw ValidationError("--overwrite goes with --out, the run to be removed.") }
    if allowChange && !resume { throw ValidationError("--allow-change goes with --resume.") }
  }

  /// What a run was started with may have moved since.
  private func prepared(
    _ request: RunRequest, of run: RunDirectory?, _ prepare: (RunRequest) throws -> PreparedRun
  ) throws -> PreparedRun {
    do {
      return try prepare(request)
    } catch let error as DatasetListError where error.line == nil && run?.holdsRun == true {
      throw RunError(
        .data,
        "\(error). \(run?.path ?? "") was started with it; if it has moved, say where it is with --data, --val, --root or "
          + "--classes.")
    }
  }

  /// Trains what `prepare` makes of the request, shows it, and leaves the run in its directory.
  /// - Throws: `ExitCode(130)` after a signal; what stops the run.
  func run(named name: String, _ request: RunRequest, prepare: (RunRequest) throws -> PreparedRun) async throws {
    var request = request
    request.checkpointEvery = checkpointEvery
    request.keep = keep
    let plan = request.experiment
    let folder = plan.folder ?? "runs"
    let resume = resume || plan.holdsRun
    if let path = plan.resume, !plan.holdsRun, out.map(RunDirectory.init)?.holdsRun != true || overwrite {
      // Another program's: its weights, behind as many epochs as it has done.
      (request.from, request.experiment.checkpoint) = (path, path)
    }
    let known = out.map(RunDirectory.init) ?? (resume ? plan.run ?? .latest(for: name, under: folder) : nil)
    if resume, let known, known.holdsRun { request = try request.continuing(known) }
    let prepared = try prepared(request, of: resume ? known : nil, prepare)
    try prepared.requireMemory()
    for remark in try prepared.remarks() { Console.note("note: \(remark)") }
    let directory = try known ?? .makeNext(for: name, under: folder)
    // What could not begin leaves no directory.
    defer { if known == nil { directory.removeIfEmpty() } }
    var trainer = try prepared.trainer(in: directory)
    trainer.command = Command.current.text
    trainer.overwrites = overwrite

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
}

extension ExperimentPlan {
  /// Whether its file says that a run of Sluice is to be gone on with.
  fileprivate var holdsRun: Bool { run != nil }

  /// The run that its file says is to be gone on with; `nil` if it says nothing, or names another program's checkpoint.
  fileprivate var run: RunDirectory? {
    resume.map(RunDirectory.init).flatMap { $0.holdsRun ? $0 : nil }
  }
}
