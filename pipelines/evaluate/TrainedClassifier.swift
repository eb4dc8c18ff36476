internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
public import SluiceNN
internal import SluiceSamples
public import SluiceTraining

/// A classifier as a checkpoint left it, ready to evaluate or predict.
///
/// ```swift
/// let classifier = try TrainedClassifier(from: "runs/timesformer-1")
/// let result = try await classifier.evaluation(on: ["val.txt"]).run()
/// ```
public struct TrainedClassifier: Sendable {
  /// The system's name.
  public let name: String
  /// The checkpoint or weight file.
  public let path: String
  /// The classifier and how its clips are made.
  public let tuning: FineTuning
  private let trained: TrainedSystem

  /// What of the weights was loaded: all of them, unless less was asked for.
  public var report: LoadReport { trained.report }

  /// Opens what a run left, or a file of weights.
  /// - Parameters:
  ///   - path: a run, a checkpoint, or a file of weights, whose model `name` and `request` must describe then.
  ///   - name: the system; a checkpoint knows its own.
  ///   - request: what is asked anew: settings, classes, root, and how weights are read.
  /// - Throws: an error that says what does not fit.
  public init(from path: String, name: String? = nil, _ request: RunRequest = RunRequest()) throws {
    guard let name = try name ?? StoredModel(opening: path, request.weights.checkpoint ?? .best)?.system else {
      throw RunError(
        .weights,
        "\(path) is no run and no checkpoint, so it does not say which model it is of. Say so with --pipeline, and "
          + "--set model.… where it is not the usual size.")
    }
    let system = try Systems.named(name)
    guard let type = system as? any ClassifyingSystem.Type else {
      guard !(system is any RetrievingSystem.Type) else {
        throw RunError(
          .weights,
          "\(path) is of \(name), which compares videos with texts and knows no classes. Evaluate it: sluice eval \(name) "
            + "--from \(path)")
      }
      guard !(system is any VideoTextClassifying.Type) else {
        throw RunError(
          .weights,
          "\(path): \(name) compares videos with the words that its run keeps, so that its weights alone do not do. Name a run, "
            + "or a checkpoint of one, by --from.")
      }
      let tuned = Systems.all.lazy.compactMap { $0 as? any ClassifyingSystem.Type }.first { $0.origins.contains(name) }
      throw RunError(
        .weights,
        "\(path) is of \(name), which classifies no videos."
          + (tuned.map { " Tune it first: sluice train \($0.name) --from \(path)" } ?? " Name a run of a classifier."))
    }
    trained = try TrainedSystem(from: path, type, request)
    // Holds: the system was made by this type.
    tuning = (trained.system as! any ClassifyingSystem).tuning
    (self.name, self.path) = (name, trained.path)
  }

  /// The evaluation on the clips of list files and shard sets.
  /// - Throws: ``RunError`` if they name no clips; an error that names the list and line of an unknown class.
  public func evaluation(on paths: [String], views: EvaluationViews = EvaluationViews()) throws -> Evaluation {
    try trained.evaluation(on: paths, views: views)
  }

  /// The classes of videos, images and folders of images.
  public func classes(of files: [String], views: EvaluationViews = EvaluationViews()) throws -> ClassPrediction {
    try tuning.check(views)
    let videos = try Videos(DatasetList(items: files.map { DatasetItem(path: $0) }))
    return ClassPrediction(
      pipeline: tuning.predictions(on: videos, views: views, isLabeled: false), classes: tuning.classes)
  }
}
