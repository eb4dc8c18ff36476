public import SluiceData
public import SluiceFlow
internal import SluicePlatform

/// A system with all that was asked for set: ready to be drawn, profiled or trained.
public struct PreparedRun: Sendable {
  public let pipeline: Pipeline<StepReport>
  public let trainee: Trainee
  public let options: RunOptions
  public let configuration: RunConfiguration
  public let checkpointInterval: Int?

  /// Declares `system` for `request` and makes its settings.
  /// - Throws: what of the request cannot be.
  public init(_ system: any TrainingSystem.Type, _ request: RunRequest) throws {
    let declared = try system.init(request)
    var pipeline = declared.pipeline
    for (name, value) in request.settings.sorted(by: { $0.key < $1.key }) where !name.hasPrefix("model.") {
      try pipeline.set(name, to: value)
    }
    let epochs = request.epochs ?? (request.steps == nil ? declared.defaultEpochs : nil)
    options = RunOptions(
      seed: request.seed ?? 0, epochs: epochs, steps: request.steps, maxFailures: request.maxFailures ?? 0.01,
      budget: ThreadBudget(compute: request.threads))
    self.pipeline = pipeline
    trainee = try Trainee(of: pipeline)
    trainee.parameters.initialize(seed: options.seed)
    configuration = RunConfiguration(of: pipeline, options: options, request: request, model: declared.model)
    checkpointInterval = request.checkpointEvery
  }

  /// What trains this run in `directory`.
  public func trainer(in directory: RunDirectory) -> Trainer {
    Trainer(
      pipeline, trainee: trainee, options: options, directory: directory, configuration: configuration,
      checkpointInterval: checkpointInterval)
  }
}
