internal import ArgumentParser
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// `sluice train bike --co-train`: both branches, one after the other, and what both together reach.
struct CoTrainingSession {
  private let session: SessionArguments
  private let lexicon: String?
  private static let name = "bike-co-train"

  init(_ session: SessionArguments, lexicon: String?) {
    (self.session, self.lexicon) = (session, lexicon)
  }

  /// Runs what is left of it.
  /// - Throws: `ExitCode(130)` after a signal; what stops a part.
  func run(_ request: RunRequest) async throws {
    for note in request.experiment.notes { Console.note("note: \(note)") }
    let folder = request.experiment.folder ?? "runs"
    let known = session.out.map(RunDirectory.init) ?? (session.resume ? .latest(for: Self.name, under: folder) : nil)
    let training = try training(request, in: known ?? .makeNext(for: Self.name, under: folder))
    defer { if known == nil { training.directory.removeIfEmpty() } }
    try await makeAttributes(training)
    // What the second part lacks is said before the first one takes hours.
    _ = try PreparedRun(AttributesTraining.self, completed(training.attributesRequest, training.attributes))
    _ = try PreparedRun(BIKETraining.self, completed(training.videoRequest, training.video))
    try training.keep()
    try await train(BIKETraining.self, training.videoRequest, in: training.video)
    try await train(AttributesTraining.self, training.attributesRequest, in: training.attributes)
    let fused = try await Compute(threadCount: ThreadBudget(compute: request.threads).compute).run {
      try await training.fuse(threads: request.threads)
    }
    for note in fused.notes { Console.note("note: \(note)") }
    Console.print(fused.text)
    Console.note("report: \(training.fusion)")
  }

  /// The co-training that the directory has, or a new one.
  private func training(_ request: RunRequest, in directory: RunDirectory) throws -> CoTraining {
    let kept = try CoTraining(continuing: directory)
    if session.resume, let kept {
      return CoTraining(kept, asking: request)
    }
    guard kept == nil || session.overwrite else {
      throw RunError(
        .configuration,
        "\(directory.path) holds a co-training already. Go on with it by --resume, put a new one in its place by --overwrite, "
          + "or name another --out.")
    }
    let training = try CoTraining(request, lexicon: lexicon, in: directory)
    if session.overwrite { training.removeResults() }
    return training
  }

  private func makeAttributes(_ training: CoTraining) async throws {
    guard let lexicon = training.lexicon else { return }
    for missing in training.missingAttributes {
      var request = training.request
      (request.data, request.clipLists, request.root) = (missing.lists, [], missing.root)
      (request.validation, request.from) = (nil, nil)
      try training.directory.createFolder()
      try await AttributesCommand.write(
        AttributeGeneration(lexicon: lexicon), request, to: missing.path, threads: request.threads)
    }
  }

  private func train(_ system: any TrainingSystem.Type, _ request: RunRequest, in directory: RunDirectory) async throws
  {
    var own = session
    own.out = directory.path
    // A run that was never started begins anew.
    own.overwrite = session.overwrite && directory.holdsRun
    var request = request
    request.experiment = ExperimentPlan()
    try await own.run(named: system.name, request) { try PreparedRun(system, $0) }
  }

  /// A part as it would go on.
  private func completed(_ request: RunRequest, _ run: RunDirectory) throws -> RunRequest {
    session.resume && run.holdsRun ? try request.continuing(run) : request
  }
}
