internal import SluiceCheckpoints
public import SluiceFlow
public import SluiceNN
internal import SluicePlatform
public import SluiceReport
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
  /// Whether a new run may take the place of one that is in the directory.
  public var overwrites: Bool = false
  /// The command line of this session, for the run's configuration and its report; `nil` if there is none.
  public var command: String?
  /// Texts that the run keeps in its directory, by the names of their files.
  public var keptFiles: [String: String] = [:]
  /// What was odd about the data as far as it has been read, said at the end of a session.
  public var readingNotes: @Sendable () -> [String] = { [] }
  /// What another program trained already, where a new run goes on behind it.
  public var earlier: (@Sendable () throws -> EarlierTraining)?
  /// Makes what the network begins with in a new run, and says what was loaded of each file of weights; by default random
  /// numbers of the run's seed.
  public var initialize: @Sendable () throws -> [(weights: InitialWeights, report: LoadReport)]
  /// Makes what the report of a finished run shows of some samples; nothing unless the system says more.
  public var showSamples: @Sendable (RunOptions) async throws -> [Report.Part] = { _ in [] }

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
      return []
    }
  }

  /// Begins a new run.
  ///
  /// Nothing stays behind of a run that cannot begin.
  /// - Throws: ``RunError`` if the directory holds a run already or another process trains there; what stops the run.
  public func start(stop: StopRequest, observe: (TrainingEvent) -> Void) async throws -> TrainingOutcome {
    try await owningDirectory(observe) {
      guard overwrites || !directory.holdsRun else {
        throw RunError(
          .configuration,
          "\(directory.path) holds a run already. Go on with it by --resume, put a new one in its place by --overwrite, or "
            + "name another --out.")
      }
      return try await begin(stop: stop, observe: observe)
    }
  }

  /// Goes on behind the last complete checkpoint of the directory.
  ///
  /// A run that was ended before its first checkpoint, or that was never started, begins at its first step: a queue that
  /// starts jobs again can always ask for this. One that is finished stays as it is.
  /// - Parameter allowsChange: goes on although data or settings differ from the checkpoint's.
  /// - Throws: ``RunError`` if all checkpoints are damaged, data or settings differ, or another process trains there; what
  ///   stops the run.
  public func resume(
    allowsChange: Bool, stop: StopRequest, observe: (TrainingEvent) -> Void
  ) async throws -> TrainingOutcome {
    try await owningDirectory(observe) {
      let survey = try checkpoints.survey(verifying: true)
      for problem in survey.unusable { observe(.skipped("\(problem)")) }
      guard let saved = survey.complete.last else {
        guard survey.unusable.isEmpty else {
          throw RunError(
            .resume,
            "\(directory.checkpoints) has no checkpoint that is whole. Begin anew with --overwrite, or in another --out."
          )
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
      let owesValidation = validation != nil && state.position.owesValidation
      if isComplete(state.position.stream), !owesValidation {
        try await completeReport(at: state.position.stream)
        return TrainingOutcome(finishedAt: state.position.stream)
      }
      try checkRequirements()
      observe(.resumed(step: state.position.step, checkpoint: saved.path))
      var trainer = self
      trainer.configuration.weights = saved.configuration["weights"].string
      return try await trainer.train(from: state.position, commands: commands, stop: stop, observe: observe)
    }
  }

  /// Runs `body` while no other process trains in the directory.
  private func owningDirectory(
    _ observe: (TrainingEvent) -> Void, _ body: () async throws -> TrainingOutcome
  ) async throws -> TrainingOutcome {
    let isNew = FileKind(at: directory.path) == nil
    var ownership: RunOwnership? = try RunOwnership(of: directory)
    defer {
      ownership = nil
      // What could not begin leaves no directory; it is empty once the lock is given back.
      if isNew { directory.removeIfEmpty() }
    }
    if let note = ownership?.note { observe(.note(note)) }
    return try await body()
  }

  /// The first step of a run whose directory holds none of its steps.
  private func begin(stop: StopRequest, observe: (TrainingEvent) -> Void) async throws -> TrainingOutcome {
    try checkRequirements()
    // Before anything is written: weights that do not fit leave no run behind.
    var trainer = self
    let loaded = try initialize()
    for (weights, report) in loaded { observe(.loaded(weights.path, report)) }
    // Behind the parts of options of their own, which a run knows by its fixed parts.
    let named = loaded.suffix(configuration.request.weightPaths.count)
    if !named.isEmpty {
      trainer.configuration.weights = WeightsIdentity.joined(
        named.compactMap { WeightsIdentity.text(of: $0.weights.checkpoint, at: $0.weights.path) })
    }
    let earlier = try earlier?()
    let start = try earlier.map { try position(behind: $0) }
    if let earlier {
      try trainable.optimizer.restore(earlier.optimizer)
      if let note = earlier.note { observe(.note(note)) }
    }
    if overwrites { try directory.removeRun() }
    try directory.create()
    if let start {
      // Whoever resumes finds it there.
      try directory.write(trainer.configuration.text(commands: commands), to: directory.configuration)
      observe(.resumed(step: start.step, checkpoint: try trainer.save(start)))
    }
    return try await trainer.train(from: start, commands: commands, stop: stop, observe: observe)
  }

  /// What would stop the run only after hours: checked before its first step.
  private func checkRequirements() throws {
    try validation?.evaluation.check()
    try CheckpointSpace(
      of: trainable, kept: checkpointsKept, keepsBest: validation != nil,
      atMost: pipeline.extent(of: options).length.outputs
    ).requireRoom(in: directory)
  }

  /// - Throws: ``RunError`` with what differs.
  private func compare(
    with saved: JSONValue, of path: String, position: StreamPosition?, _ observe: (TrainingEvent) -> Void
  ) throws(RunError) {
    let comparison = ResumeComparison(
      configuration: configuration, pipeline: pipeline, options: options, datasets: datasets, directory: directory)
    for note in try comparison.requireSameResults(as: saved, of: path, position: position) { observe(.note(note)) }
  }

  /// The commands of all sessions, this one included.
  private var commands: [String] {
    var commands = overwrites ? [] : (try? StoredConfiguration(of: directory).commands) ?? []
    if let command, command != commands.last { commands.append(command) }
    return commands
  }

  private func storedValues() throws(RunError) -> JSONValue {
    guard let data = try? readFile(directory.configuration),
      let stored = try? JSONValue(json: String(decoding: data, as: UTF8.self))
    else { throw RunError(.resume, "\(directory.configuration) cannot be read. Name another --out.") }
    return stored
  }
}
