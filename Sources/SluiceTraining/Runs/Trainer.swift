internal import FoundationEssentials
internal import SluiceCheckpoints
public import SluiceFlow
public import SluiceNN
public import SluiceTensor

/// Runs a training pipeline: logs its steps, writes checkpoints, stops when asked, resumes exactly.
public struct Trainer: Sendable {
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  /// How the run is keyed, how long it goes on, what it tolerates.
  public let options: RunOptions
  /// What the network's products are computed in, where the processor supports it.
  public let precision: Precision
  public let directory: RunDirectory
  /// Everything that was decided, for the run's directory and its checkpoints.
  public private(set) var configuration: RunConfiguration
  /// When checkpoints are written; `nil`: at the ends of epochs, and at the latest every ten minutes.
  ///
  /// The last step always has one.
  public var checkpointInterval: CheckpointInterval?
  /// How many of the last checkpoints stay, besides the best.
  public var checkpointsKept: Int = 2
  /// What the run is evaluated on between epochs; its metrics stand in the log, and the best checkpoint stays.
  public var validation: Validation?
  /// The data of the run, kept with it and compared when it is resumed.
  package var datasets: RunDatasets = RunDatasets() {
    didSet { configuration.datasets = datasets.identities }
  }
  /// The command line of this session, for the run's configuration and its report; `nil` if there is none.
  public var command: String?
  /// Makes what the network begins with in a new run; by default random numbers of the run's seed.
  public var initialize: @Sendable () throws -> (weights: InitialWeights, report: LoadReport)?

  public init(
    _ pipeline: Pipeline<StepReport>, trainable: TrainableState, options: RunOptions, precision: Precision = .float32,
    directory: RunDirectory, configuration: RunConfiguration
  ) {
    self.pipeline = pipeline
    self.trainable = trainable
    self.options = options
    self.precision = precision
    self.directory = directory
    self.configuration = configuration
    initialize = {
      trainable.parameters.initialize(seed: options.seed)
      return nil
    }
  }

  /// Begins a new run.
  /// - Throws: ``RunError`` if the directory holds a run already; what stops the run.
  public func start(stop: StopRequest, observe: (TrainingEvent) -> Void) async throws -> TrainingOutcome {
    guard !directory.holdsRun else {
      throw RunError(
        .configuration, "\(directory.path) holds a run already. Go on with it by --resume, or name another --out.")
    }
    return try await begin(stop: stop, observe: observe)
  }

  /// Goes on behind the last complete checkpoint of the directory.
  ///
  /// A run that was ended before its first checkpoint, or that was never started, begins at its first step: a queue that
  /// starts jobs again can always ask for this.
  /// - Parameter allowsChange: goes on although the configuration differs from the checkpoint's.
  /// - Throws: ``RunError`` if all checkpoints are damaged, or the configuration differs; what stops the run.
  public func resume(
    allowsChange: Bool, stop: StopRequest, observe: (TrainingEvent) -> Void
  ) async throws -> TrainingOutcome {
    let survey = try checkpoints.survey(verifying: true)
    for problem in survey.unusable { observe(.skipped("\(problem)")) }
    guard let saved = survey.complete.last else {
      guard survey.unusable.isEmpty else {
        throw RunError(
          .resume,
          "\(directory.checkpoints) has no checkpoint that is whole. Start the run without --resume in another --out.")
      }
      if !allowsChange, directory.holdsRun {
        try compare(with: try storedValues(), of: directory.path, position: nil, observe)
      }
      return try await begin(stop: stop, observe: observe)
    }
    if !allowsChange {
      try compare(with: saved.configuration, of: saved.path, position: saved.position.stream, observe)
    }
    try saved.requireSteps()
    let state = try saved.state()
    if let change = try trainable.restore(state) {
      guard allowsChange else { throw RunError(.resume, "\(saved.path) \(change.sentence) \(change.remedy)") }
      observe(.note("\(saved.path) \(change.sentence)"))
    }
    observe(.resumed(step: state.position.stream.step, checkpoint: saved.path))
    return try await train(from: state.position.stream, commands: commands, stop: stop, observe: observe)
  }

  /// - Throws: ``RunError`` with what differs.
  private func compare(
    with saved: JSONValue, of path: String, position: StreamPosition?, _ observe: (TrainingEvent) -> Void
  ) throws(RunError) {
    let comparison = ResumeComparison(configuration: configuration, datasets: datasets, directory: directory)
    for note in try comparison.requireSameResults(as: saved, of: path, position: position) { observe(.note(note)) }
  }

  /// The first step of a run whose directory holds none of its steps.
  private func begin(stop: StopRequest, observe: (TrainingEvent) -> Void) async throws -> TrainingOutcome {
    // Before anything is written: weights that do not fit leave no run behind.
    if let (weights, report) = try initialize() { observe(.loaded(weights.path, report)) }
    try directory.create()
    return try await train(from: nil, commands: commands, stop: stop, observe: observe)
  }

  /// The commands of all sessions, this one included.
  private var commands: [String] {
    var commands = (try? StoredConfiguration(of: directory).commands) ?? []
    if let command, command != commands.last { commands.append(command) }
    return commands
  }

  private func storedValues() throws(RunError) -> JSONValue {
    guard let data = FileManager.default.contents(atPath: directory.configuration),
      let stored = try? JSONValue(json: String(decoding: data, as: UTF8.self))
    else { throw RunError(.resume, "\(directory.configuration) cannot be read. Name another --out.") }
    return stored
  }

  private var checkpoints: CheckpointFolder {
    CheckpointFolder(
      directory.checkpoints, keepLast: checkpointsKept, best: validation.map(\.evaluation.primary.best))
  }

  private func train(
    from start: StreamPosition?, commands: [String], stop: StopRequest, observe: (TrainingEvent) -> Void
  ) async throws -> TrainingOutcome {
    try datasets.store(in: directory)
    try directory.write(configuration.text(commands: commands), to: directory.configuration)
    let log = try MetricsLog(path: directory.metrics, keepingThrough: start?.step ?? 0)
    var options = options
    options.start = start
    return try await Compute(threadCount: options.budget.compute, precision: precision).run {
      try await pipeline.run(options) { run in
        stop.whenMade { run.stop() }
        var metrics = run.metrics
        var recorder = StepRecorder(trainer: self, log: log, start: start, stop: stop)
        do {
          for try await delivery in run.deliveries {
            try await recorder.record(delivery, observe: observe)
            // The last reading is of a moment at which everything still ran.
            metrics = run.metrics
          }
        } catch {
          // What failed last is often why the run ends: it is named too.
          try recorder.recordFailures(run.position.failures, observe: observe)
          // A page that cannot be written must not hide why the run ended.
          try? report(commands, metrics, run.position.failures, .failed("\(error)")).write()
          throw error
        }
        let position = run.position
        try recorder.finish(position, epoch: run.epoch, observe: observe)
        let isStopped = stop.isMade && !isComplete(position)
        try report(commands, metrics, position.failures, isStopped ? .stopped : .finished).write()
        return TrainingOutcome(
          step: position.step, isStopped: isStopped, failures: position.failures, metrics: run.metrics)
      }
    }
  }

  private func report(
    _ commands: [String], _ metrics: RunMetrics, _ failures: FailureLog, _ ending: RunReport.Ending
  ) -> RunReport {
    RunReport(
      graph: pipeline.graph, configuration: configuration, directory: directory, commands: commands,
      metrics: metrics, failures: failures, ending: ending)
  }

  func isComplete(_ position: StreamPosition) -> Bool {
    pipeline.extent(of: options).isComplete(at: position)
  }

  func save(_ position: StreamPosition, epoch: Int, metrics: [String: Double]) throws -> String {
    let state = TrainingState(
      parameters: trainable.parameters.values, optimizer: trainable.optimizer.state,
      position: TrainingPosition(
        stream: position, epoch: epoch, computeThreads: options.budget.compute, metrics: metrics),
      configuration: configuration.json)
    try state.requireFinite(in: directory)
    return try checkpoints.save(state)
  }
}
