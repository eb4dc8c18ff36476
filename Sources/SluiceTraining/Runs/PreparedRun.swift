internal import SluiceDatasets
public import SluiceFlow
public import SluiceNN
internal import SluicePlatform
internal import SluiceReport
public import SluiceTensor

/// A system with all that was asked for set: ready to be drawn, profiled or trained.
public struct PreparedRun: Sendable {
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let options: RunOptions
  public let configuration: RunConfiguration
  /// What the run is evaluated on between epochs.
  public let validation: Validation?
  /// What the network's products are computed in, where the processor supports it.
  public let precision: Precision
  /// Every settable field with its value, those of the system's configuration first.
  public let settings: [(name: String, value: String, changesResults: Bool)]
  /// The settings as `--config` reads them: what was asked for, not what the data decided.
  public var fileSettings: [(name: String, value: String)] { askedSettings() }
  /// What is odd about the data though it can be trained on, one sentence each.
  public let notes: [String]
  /// Numbers of networks that a stage reads and nobody trains, by name.
  public let frozenParameters: [String: Int]
  /// What a batch costs with as many tokens hidden as the system hides, and with none; empty where that is the same.
  public let hidingCosts: [HidingCost]
  // Made when somebody asks: each of the settings is tried.
  private let askedSettings: @Sendable () -> [(name: String, value: String)]
  private let request: RunRequest
  private let load: @Sendable (InitialWeights) throws -> LoadReport
  private let loadParts: @Sendable () throws -> [(weights: InitialWeights, report: LoadReport)]
  private let datasets: @Sendable () throws -> [String: DatasetManifest]
  private let showSamples: @Sendable (RunOptions) async throws -> [Report.Part]
  private let keptFiles: [String: String]
  private let earlier: (@Sendable () throws -> EarlierTraining)?
  private let readingNotes: @Sendable () -> [String]

  /// Declares `system` for `request` and makes its settings.
  /// - Throws: what of the request cannot be.
  public init(_ system: any TrainingSystem.Type, _ request: RunRequest) throws {
    try self.init(declared: system.init(request), request)
  }

  private init<System: TrainingSystem>(declared system: System, _ request: RunRequest) throws {
    self.request = request
    pipeline = try system.pipeline(with: request)
    try pipeline.check()
    trainable = system.trainable
    (notes, frozenParameters, hidingCosts) = (system.notes, system.frozenParameters, system.hidingCosts)
    keptFiles = system.keptFiles
    if let path = request.experiment.checkpoint {
      earlier = { try system.earlierTraining(at: path) }
    } else {
      earlier = nil
    }
    readingNotes = { system.readingNotes() }
    settings = try system.settings(with: request)
    let asked = try System.Configuration(request.settings, over: request.knownValues)
    let known = Set(System.Configuration.settings.map(\.name))
    askedSettings = { [settings] in
      asked.fileSettings + settings.filter { !known.contains($0.name) }.map { ($0.name, $0.value) }
    }
    load = { try $0.load(into: system) }
    loadParts = { try system.loadParts(request.weights) }
    showSamples = { try await system.shownSamples($0) }
    if request.from == nil, request.clip == nil, let (option, _) = request.weights.words.first {
      throw RunError(.configuration, "--\(option) is about the weights that --from names, and there is no --from.")
    }
    let epochs = request.epochs ?? (request.steps == nil ? system.defaultEpochs : nil)
    options = RunOptions(
      seed: request.seed ?? 0, epochs: epochs, steps: request.steps, maxFailures: request.maxFailures ?? 0.01,
      budget: ThreadBudget(compute: request.threads))
    precision = request.precision ?? .float32
    let validation: Validation? = try request.validation.map { paths in
      guard let evaluation = try system.evaluation(on: paths, request, views: system.validationViews) else {
        throw RunError(.configuration, "--val: \(System.name) has no evaluation, so there is nothing to validate.")
      }
      return Validation(evaluation, every: request.validateEvery ?? 1)
    }
    self.validation = validation
    datasets = {
      var datasets = try system.datasets()
      datasets[RunDatasets.validation] = try validation?.evaluation.dataset?()
      return datasets
    }
    let presets = request.settings.filter { System.Configuration.presets.contains($0.key) }
    configuration = RunConfiguration(
      of: System.name, settings: settings, defaults: try System.Configuration(presets).values, options: options,
      request: request, fixedParts: system.fixedParts, classes: system.classes, primary: validation?.evaluation.primary)
  }

  /// What of the run is not as one may think, a sentence each: of the data, and of what its settings do in it.
  /// - Throws: what makes the run impossible, such as a learning rate that is no number.
  public func remarks() throws -> [String] { notes + (try pipeline.remarks(on: options)) }

  /// - Throws: ``RunError`` if a step takes more memory than there is, with both.
  public func requireMemory() throws(RunError) {
    try RunMemory(trainable, pipeline.graph, precision: precision).require(.current)
  }

  /// Whether there are samples, or somebody said where they would be.
  public var hasData: Bool { !request.data.isEmpty || !pipeline.sampleCounts.contains(0) }

  /// - Throws: ``RunError`` if no data was named.
  public func requireData() throws(RunError) {
    guard !hasData else { return }
    throw RunError(.data, "no data: name a list file with --data, one path or 'path label' on each line.")
  }

  /// Where this run's tensors are computed.
  public var compute: Compute { Compute(threadCount: options.budget.compute, precision: precision) }

  /// Makes the network's first numbers, unless they are there already, and loads the weights that it begins with.
  /// - Returns: what was loaded of each file; nothing if the network begins with random numbers.
  /// - Throws: an error that says what of the weights does not fit.
  @discardableResult
  public func initialize() throws -> [(weights: InitialWeights, report: LoadReport)] {
    trainable.parameters.initialize(seed: options.seed)
    let parts = try loadParts()
    var loaded: [(weights: InitialWeights, report: LoadReport)] = []
    for path in request.weightPaths {
      let weights = try InitialWeights(from: path, request.weights)
      let report = try load(weights)
      if let first = loaded.first, let name = report.loaded.first(where: Set(first.report.loaded).contains) {
        throw RunError(
          .weights,
          "\(first.weights.path) and \(weights.path) both have \(name). Give --from twice for files of different parts of the "
            + "network only.")
      }
      loaded.append((weights, report))
    }
    // What one file lacks and another has is not missing.
    let found = Set((parts + loaded).flatMap(\.report.loaded))
    for index in loaded.indices { loaded[index].report.missing.removeAll(where: found.contains) }
    return parts + loaded
  }

  /// What trains this run in `directory`.
  /// - Throws: ``RunError`` if no data was named; an error of damaged data.
  public func trainer(in directory: RunDirectory) throws -> Trainer {
    try requireData()
    var trainer = Trainer(
      pipeline, trainable: trainable, options: options, precision: precision, directory: directory,
      configuration: configuration)
    trainer.checkpointInterval = request.checkpointEvery
    trainer.checkpointsKept = request.keep ?? trainer.checkpointsKept
    trainer.validation = validation
    trainer.datasets = RunDatasets(try datasets())
    trainer.keptFiles = keptFiles
    trainer.earlier = earlier
    trainer.readingNotes = readingNotes
    trainer.initialize = { try initialize() }
    trainer.showSamples = showSamples
    return trainer
  }
}
