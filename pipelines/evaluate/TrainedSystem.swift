internal import SluiceDatasets
public import SluiceNN
public import SluiceTraining

/// A system with the weights that a checkpoint or a file left.
public struct TrainedSystem: Sendable {
  /// The checkpoint or weight file.
  public let path: String
  /// What of the weights was loaded: all of them, unless less was asked for.
  public let report: LoadReport
  let system: any TrainingSystem
  private let request: RunRequest

  /// Opens what a run left, or a file of weights.
  /// - Parameters:
  ///   - path: a run, a checkpoint, or a file of weights, whose model `request` must describe then.
  ///   - type: the system.
  ///   - request: what is asked anew: settings, classes, root, and how weights are read.
  /// - Throws: an error that says what does not fit.
  public init(from path: String, _ type: any TrainingSystem.Type, _ request: RunRequest = RunRequest()) throws {
    let weights = try InitialWeights(from: path, request.weights)
    var request = request
    (request.data, request.from) = ([], path)
    if let checkpoint = weights.checkpoint {
      let stored = try StoredModel(checkpoint)
      guard type.name == stored.system else {
        throw RunError(.weights, "\(weights.path) is of \(stored.system), not of \(type.name).")
      }
      request.knownValues = stored.values
      if !stored.classes.isEmpty {
        request.knownClasses = stored.classes
        if type is any VideoTextClassifying.Type {
          // Any names are classes: those of another file are compared with.
          if request.evaluationClasses.isEmpty { request.evaluationClasses = request.classes.map { [$0] } ?? [] }
        } else {
          // The head's classes are those it was trained on; another file only says what the numbers in lists mean.
          request.listNames = try request.classes.map { try ClassMap(contentsOf: $0) }
        }
        request.classes = nil
      }
    }
    let system = try type.init(request)
    (self.system, self.request, self.path) = (system, request, weights.path)
    report = try weights.load(into: system, requiring: .whole)
    // What the weights lack begins as in training.
    if !report.missing.isEmpty || !report.unfit.isEmpty { system.trainable.parameters.initialize(seed: 0) }
  }

  /// What of a sample's views is averaged unless the command line says.
  public var usualAverage: ViewAverage.Rule { system is any VideoTextClassifying ? .probability : .score }

  /// The views that are read of each sample between epochs.
  public var validationViews: EvaluationViews { system.validationViews }

  /// The views by which the authors of the recipe measured its results.
  /// - Throws: ``RunError`` if nobody published any.
  public func publishedViews() throws(RunError) -> EvaluationViews {
    guard let views = system.publishedViews else {
      throw RunError(
        .configuration, "--views published: no test of \(type(of: system).name) was published. Leave the option out.")
    }
    return views
  }

  /// The evaluation on list files and shard sets.
  /// - Throws: ``RunError`` if the system has none; an error that names what of the data does not fit.
  public func evaluation(on paths: [String], views: EvaluationViews = EvaluationViews()) throws -> Evaluation {
    let type = type(of: system)
    for option in EvaluationOption.allCases
    where request.evaluationOptions.contains(option) && !type.evaluationOptions.contains(option) {
      throw RunError(
        .configuration,
        "\(option.rawValue) has no effect here: \(type.name) \(option.lack). Leave it out.")
    }
    guard let evaluation = try system.evaluation(on: paths, request, views: views) else {
      throw RunError(.configuration, "\(type.name) has no evaluation: there is nothing to compare with.")
    }
    return evaluation
  }
}
