internal import SluiceTraining

/// A run or a checkpoint that is to be looked at: what it was made with, and its weights, which nobody has read yet.
struct OpenedRun<Kind> {
  let stored: StoredModel
  /// The system it is of, as one that has what is to be shown.
  let kind: Kind
  private let path: String
  private let weights: InitialWeights

  /// Opens the best checkpoint of a run, or the one that the options choose.
  /// - Parameters:
  ///   - refusal: said behind the path of what is no run, or one of another kind.
  ///   - kind: the system as one that has what is to be shown; `nil` if it has not.
  /// - Throws: ``RunError`` with the refusal; an error that says what of the run is damaged.
  init(
    _ path: String, _ options: WeightsOptions, refusal: String, as kind: (any TrainingSystem.Type) -> Kind?
  ) throws {
    weights = try InitialWeights(from: path, options)
    guard let stored = try weights.checkpoint.map(StoredModel.init), let found = kind(try Systems.named(stored.system))
    else { throw RunError(.weights, "\(path) \(refusal)") }
    (self.path, self.stored, self.kind) = (path, stored, found)
  }

  /// Declares the system as the run's was, without data.
  var request: RunRequest {
    var request = RunRequest()
    (request.knownValues, request.from) = (stored.values, path)
    if !stored.classes.isEmpty { request.knownClasses = stored.classes }
    return request
  }

  /// Reads the weights, all that the network has; what they lack, where less was asked for, begins as in training.
  /// - Throws: an error that says what does not fit.
  func load(into system: some TrainingSystem) throws {
    let report = try weights.load(into: system, requiring: .whole)
    if !report.missing.isEmpty || !report.unfit.isEmpty { system.trainable.parameters.initialize(seed: 0) }
  }
}
