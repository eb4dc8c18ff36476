public import SluiceData
public import SluiceFlow
internal import SluicePlatform

/// A pipeline with all that was asked for set: ready to be drawn, profiled or trained.
public struct PreparedRun: Sendable {
  public let pipeline: Pipeline<StepReport>
  public let trainee: Trainee
  public let options: RunOptions
  public let configuration: RunConfiguration
  private let checkpointInterval: Int?
  private let lacksData: Bool

  /// Declares `system` for `request` and makes its settings.
  /// - Throws: what of the request cannot be.
  public init(_ system: any TrainingSystem.Type, _ request: RunRequest) throws {
    let declared = try system.init(request)
    var pipeline = declared.pipeline
    for (name, value) in request.settings.sorted(by: { $0.key < $1.key }) where !name.hasPrefix("model.") {
      try pipeline.set(name, to: value)
    }
    try self.init(
      pipeline, request, defaultEpochs: declared.defaultEpochs, model: declared.model, lacksData: request.data.isEmpty)
  }

  /// Prepares a pipeline of the user's own, with its settings made.
  /// - Throws: ``RunError`` if it does not train exactly one network.
  public init(_ pipeline: Pipeline<StepReport>, _ request: RunRequest) throws {
    try self.init(pipeline, request, defaultEpochs: 1, model: [:], lacksData: false)
  }

  private init(
    _ pipeline: Pipeline<StepReport>, _ request: RunRequest, defaultEpochs: Int, model: [String: String],
    lacksData: Bool
  ) throws {
    let epochs = request.epochs ?? (request.steps == nil ? defaultEpochs : nil)
    options = RunOptions(
      seed: request.seed ?? 0, epochs: epochs, steps: request.steps, maxFailures: request.maxFailures ?? 0.01,
      budget: ThreadBudget(compute: request.threads))
    self.pipeline = pipeline
    self.lacksData = lacksData
    trainee = try Trainee(of: pipeline)
    configuration = RunConfiguration(of: pipeline, options: options, request: request, model: model)
    checkpointInterval = request.checkpointEvery
  }

  /// - Throws: ``RunError`` if no data was named.
  public func requireData() throws(RunError) {
    guard lacksData else { return }
    throw RunError(.data, "no data: name a list file with --data, one path or 'path label' on each line.")
  }

  /// Makes the network's first numbers, unless they are there already.
  public func initialize() {
    trainee.parameters.initialize(seed: options.seed)
  }

  /// What trains this run in `directory`.
  /// - Throws: ``RunError`` if no data was named.
  public func trainer(in directory: RunDirectory) throws(RunError) -> Trainer {
    try requireData()
    initialize()
    return Trainer(
      pipeline, trainee: trainee, options: options, directory: directory, configuration: configuration,
      checkpointInterval: checkpointInterval)
  }
}
