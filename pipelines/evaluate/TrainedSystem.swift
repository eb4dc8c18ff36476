internal import SluiceCheckpoints
internal import SluiceNN
public import SluiceTraining

/// A system with the weights that a checkpoint or a file left.
public struct TrainedSystem: Sendable {
  /// The checkpoint or weight file.
  public let path: String
  let system: any TrainingSystem
  private let request: RunRequest

  /// Opens what a run left, or a file of weights.
  /// - Parameters:
  ///   - path: a run, a checkpoint, or a file of weights, whose model `request` must describe then.
  ///   - type: the system.
  ///   - request: what is asked anew: settings, classes, root.
  ///   - choice: which checkpoint of a run.
  ///   - weights: which weights of a checkpoint.
  /// - Throws: an error that says what does not fit.
  public init(
    from path: String, _ type: any TrainingSystem.Type, _ request: RunRequest, _ choice: CheckpointChoice = .best,
    weights: StoredWeights = .raw
  ) throws {
    let stored = try StoredModel(opening: path, choice)
    if let stored, type.name != stored.system {
      throw RunError(.weights, "\(stored.checkpoint.path) is of \(stored.system), not of \(type.name).")
    }
    var request = request
    request.data = []
    if let stored {
      request.knownValues = stored.values
      if !stored.classes.numbers.isEmpty { request.knownClasses = stored.classes }
    }
    let system = try type.init(request)
    (self.system, self.request) = (system, request)
    if let stored {
      self.path = stored.checkpoint.path
      try system.trainable.parameters.load(stored.checkpoint.weights(weights), mode: .exact)
    } else {
      self.path = path
      let report = try InitialWeights(from: path).load { try system.load(pretrained: $0) }
      guard report.missing.isEmpty, report.unfit.isEmpty else {
        throw RunError(.weights, "\(path) is no whole model.\n\(report)\nTrain it first, with --from \(path).")
      }
    }
  }

  /// The evaluation on list files and shard sets.
  /// - Throws: ``RunError`` if the system has none; an error that names what of the data does not fit.
  public func evaluation(on paths: [String], views: EvaluationViews = EvaluationViews()) throws -> Evaluation {
    guard let evaluation = try system.evaluation(on: paths, request, views: views) else {
      throw RunError(.configuration, "\(type(of: system).name) has no evaluation: there is nothing to compare with.")
    }
    return evaluation
  }
}
