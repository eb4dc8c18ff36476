internal import SluiceAugment
internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceNN
internal import SluiceSample
internal import SluiceSamples
internal import SluiceTraining

/// A classifier as a checkpoint left it, ready to be judged or asked.
///
/// ```swift
/// let classifier = try TrainedClassifier(from: "runs/timesformer-1")
/// let result = try await classifier.evaluation(on: ["val.txt"]).result()
/// ```
public struct TrainedClassifier: Sendable {
  /// The system's name.
  public let name: String
  /// The checkpoint or weight file.
  public let path: String
  /// The classifier and how its clips are made.
  public let tuning: FineTuning
  /// Its training pipeline, with the settings it was trained with.
  private let pipeline: Pipeline<StepReport>
  private let request: RunRequest

  /// Opens what a run left, or a file of weights.
  /// - Parameters:
  ///   - path: a run, a checkpoint, or a file of weights, whose model `name` and `request` must describe then.
  ///   - name: the system; a checkpoint knows its own.
  ///   - request: what is asked anew: settings, classes, root.
  /// - Throws: an error that says what does not fit.
  public init(from path: String, name: String? = nil, _ request: RunRequest = RunRequest()) throws {
    let stored = try StoredModel(opening: path)
    if let name, let stored, name != stored.system {
      throw RunError(.weights, "\(stored.checkpoint.path) is of \(stored.system), not of \(name).")
    }
    guard let name = stored?.system ?? name else {
      throw RunError(
        .weights,
        "\(path) is no run and no checkpoint, so it does not say which model it is of. Say so with --pipeline, and "
          + "--set model.… where it is not the usual size.")
    }
    var request = request
    request.data = []
    if let stored {
      request.settings = stored.settings.merging(request.settings) { _, own in own }
      if !stored.classes.numbers.isEmpty { request.knownClasses = stored.classes }
    }
    let system = try Systems.named(name)
    guard let classifying = system as? any ClassifyingSystem.Type else {
      throw RunError(
        .weights,
        "\(path) is of \(name), which tells no classes apart. Tune it first: sluice train maskfeat-finetune --from \(path)"
      )
    }
    let declared = try classifying.init(request)
    (self.name, self.request, tuning) = (name, request, declared.tuning)
    pipeline = try declared.pipeline(with: request)
    if let stored {
      self.path = stored.checkpoint.path
      try tuning.classifier.parameters.load(stored.checkpoint.parameters().allTensors(), mode: .exact)
    } else {
      self.path = path
      let report = try InitialWeights(from: path).load { try declared.load(pretrained: $0) }
      guard report.missing.isEmpty, report.unfit.isEmpty else {
        throw RunError(.weights, "\(path) is no whole classifier.\n\(report)\nTrain it first, with --from \(path).")
      }
    }
  }

  /// The evaluation on the clips of list files and shard sets.
  /// - Throws: ``RunError`` if they name no clips; an error that names the list and line of an unknown class.
  public func evaluation(on paths: [String], views: EvaluationViews = EvaluationViews()) throws -> Evaluation {
    let clips = try request.labelledClips(of: paths, for: tuning)
    guard clips.count > 0 else {
      throw RunError(.data, "no data: name a list file or shards with --data, 'path label' on each line.")
    }
    return Evaluation(of: tuning, on: clips, views: views, like: pipeline)
  }

  /// The middle of each file as the classifier reads it, with the pixels behind it.
  func clips(of files: [String]) throws -> Pipeline<Clip> {
    let videos = try Videos(DatasetList(items: files.map { DatasetItem(path: $0) }))
    let (choosing, reading) = tuning.reading(like: pipeline)
    var augment = reading
    augment.operations = tuning.recipe.clips.centered(size: tuning.classifier.imageSize)
    augment.keepsPixels = true
    let cropping = augment
    return Pipeline("look") {
      videos
      choosing
      Decode()
      cropping
    }
  }

  /// The prediction of videos, images and folders of images.
  public func prediction(of files: [String], views: EvaluationViews = EvaluationViews()) throws -> Evaluation {
    let list = DatasetList(items: files.map { DatasetItem(path: $0) })
    return Evaluation(of: tuning, on: try Videos(list), views: views, like: pipeline, isLabelled: false)
  }
}
