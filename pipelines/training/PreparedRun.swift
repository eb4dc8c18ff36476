internal import SluiceDatasets
public import SluiceFlow
public import SluiceNN
internal import SluicePlatform
internal import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// A pipeline with all that was asked for set: ready to be drawn, profiled or trained.
public struct PreparedRun: Sendable {
  public let pipeline: Pipeline<StepReport>
  public let trainee: Trainee
  public let options: RunOptions
  public let configuration: RunConfiguration
  /// What the run is judged by between epochs.
  public let validation: Validation?
  /// What is odd about the data though it can be trained on, a sentence each.
  public let notes: [String]
  private let from: String?
  private let load: @Sendable ([String: Tensor]) throws -> LoadReport
  /// What the network's products are computed in, where the processor supports it.
  public let precision: Precision
  private let checkpointInterval: Int?
  private let lacksData: Bool

  /// Declares `system` for `request` and makes its settings.
  /// - Throws: what of the request cannot be.
  public init(_ system: any TrainingSystem.Type, _ request: RunRequest) throws {
    let declared = try system.init(request)
    let pipeline = try declared.pipeline(with: request)
    var validation: Validation?
    if let paths = request.validation {
      guard let tuning = (declared as? any ClassifyingSystem)?.tuning else {
        throw RunError(
          .configuration, "--val: \(system.name) tells no classes apart, so there is nothing to validate.")
      }
      let clips = try request.labelledClips(of: paths, for: tuning)
      validation = Validation(Evaluation(of: tuning, on: clips, like: pipeline), every: request.validateEvery ?? 1)
    }
    try self.init(
      pipeline, request, defaultEpochs: declared.defaultEpochs, choices: declared.choices, classes: declared.classes,
      validation: validation, notes: (declared as? any ClassifyingSystem)?.tuning.notes ?? [],
      lacksData: request.data.isEmpty, load: declared.load)
  }

  /// Prepares a pipeline of the user's own, with its settings made.
  /// - Throws: ``RunError`` if it does not train exactly one network.
  public init(_ pipeline: Pipeline<StepReport>, _ request: RunRequest) throws {
    let parameters = try Trainee(of: pipeline).parameters
    try self.init(pipeline, request, defaultEpochs: 1, lacksData: false) { try parameters.load($0, mode: .present) }
  }

  private init(
    _ pipeline: Pipeline<StepReport>, _ request: RunRequest, defaultEpochs: Int, choices: [String: String] = [:],
    classes: ClassMap = ClassMap(numbers: [:]), validation: Validation? = nil, notes: [String] = [],
    lacksData: Bool,
    load: @escaping @Sendable ([String: Tensor]) throws -> LoadReport
  ) throws {
    try pipeline.check()
    let epochs = request.epochs ?? (request.steps == nil ? defaultEpochs : nil)
    options = RunOptions(
      seed: request.seed ?? 0, epochs: epochs, steps: request.steps, maxFailures: request.maxFailures ?? 0.01,
      budget: ThreadBudget(compute: request.threads))
    precision = request.precision ?? .float32
    self.pipeline = pipeline
    self.lacksData = lacksData
    self.validation = validation
    self.notes = notes
    self.load = load
    from = request.from
    trainee = try Trainee(of: pipeline)
    configuration = RunConfiguration(
      of: pipeline, options: options, request: request, choices: choices, classes: classes)
    checkpointInterval = request.checkpointEvery
  }

  /// - Throws: ``RunError`` if no data was named.
  public func requireData() throws(RunError) {
    guard lacksData else { return }
    throw RunError(.data, "no data: name a list file with --data, one path or 'path label' on each line.")
  }

  /// Where this run's tensors are computed.
  public var compute: Compute { Compute(threadCount: options.budget.compute, precision: precision) }

  /// Makes the network's first numbers, unless they are there already, and loads the weights that it begins with.
  /// - Returns: what was loaded; `nil` if the network begins with random numbers.
  /// - Throws: an error that says what of the weights does not fit.
  @discardableResult
  public func initialize() throws -> (weights: InitialWeights, report: LoadReport)? {
    trainee.parameters.initialize(seed: options.seed)
    guard let from else { return nil }
    let weights = try InitialWeights(from: from)
    return (weights, try weights.load(load))
  }

  /// What trains this run in `directory`.
  /// - Throws: ``RunError`` if no data was named.
  public func trainer(in directory: RunDirectory) throws(RunError) -> Trainer {
    try requireData()
    var trainer = Trainer(
      pipeline, trainee: trainee, options: options, precision: precision, directory: directory,
      configuration: configuration, checkpointInterval: checkpointInterval)
    trainer.validation = validation
    trainer.initialize = { try initialize() }
    return trainer
  }
}

extension TrainingSystem {
  /// The pipeline with the settings of `request` made that are not the system's own.
  func pipeline(with request: RunRequest) throws -> Pipeline<StepReport> {
    var pipeline = pipeline
    if let pixels = request.pixels { try pipeline.set("augment.path", to: pixels) }
    for (name, value) in request.settings.sorted(by: { $0.key < $1.key }) {
      if name.hasPrefix("model.") || name.hasPrefix("recipe.") { continue }
      try pipeline.set(name, to: value)
    }
    return pipeline
  }
}
