internal import SluiceCheckpoints
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
public import SluiceTraining

/// A system that classifies: what `sluice eval` and `sluice predict` can run too.
public protocol ClassifyingSystem: TrainingSystem {
  /// The classifier, how it is trained and what on.
  var tuning: FineTuning { get }
  /// Other systems whose checkpoints the network can begin with.
  static var origins: [String] { get }
}

extension ClassifyingSystem {
  public var pipeline: Pipeline<StepReport> { tuning.pipeline }
  public var trainable: TrainableState { tuning.trainable }
  public var defaultEpochs: Int { tuning.recipe.optimizer.epochs }
  public var classes: ClassMap { tuning.classes }
  public var notes: [String] { tuning.notes }
  public var publishedViews: EvaluationViews? { tuning.publishedViews }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(
      of: [Self.name] + Self.origins, layouts: tuning.classifier.layouts,
      head: .parameters(tuning.classifier.headName + ".*"))
  }

  public static var origins: [String] { [] }

  public func evaluation(on paths: [String], _ request: RunRequest, views: EvaluationViews) throws -> Evaluation? {
    try tuning.check(views)
    let clips = try request.labeledClips(of: paths, for: tuning)
    guard clips.count > 0 else {
      throw RunError(.data, "no data: name a list file or shards with --data, 'path label' on each line.")
    }
    try clips.requireFiles(tolerating: request.toleratedFailures)
    try request.requireReadable(clips, of: paths)
    var evaluation = tuning.evaluation(on: clips, views: views)
    evaluation.dataset = { try clips.manifest() }
    evaluation.notes = clips.notes
    evaluation.readingNotes = { clips.warnings.notes }
    return evaluation
  }
}

/// Training of a classifier with any backbone on labeled clips.
///
/// What differs between systems is their ``ClassifierDeclaration``: the network, and recipes by name.
public struct ClassifierTraining<Declaration: ClassifierDeclaration>: ClassifyingSystem {
  public static var name: String { Declaration.name }
  public static var summary: String { Declaration.summary }
  public static var origins: [String] { Declaration.origins }

  public let configuration: FineTuningConfiguration<Declaration>
  public let tuning: FineTuning
  private let clips: Clips
  private let toleratedFailures: Double

  public init(_ configuration: FineTuningConfiguration<Declaration>, _ request: RunRequest) throws {
    var recipe = configuration.recipe
    try recipe.clips.check()
    let data = try LabeledData(
      request, classCount: configuration.network.classCount, perClass: recipe.samplesPerClass, draw: recipe.draw)
    var resolved = configuration
    resolved.network.classCount = data.classCount
    self.configuration = resolved
    let classifier = try configuration.network.classifier(classCount: data.classCount, recipe.head)
    recipe.optimizer.groups = configuration.network.groups(
      layerDecay: recipe.optimizer.layerDecay, backboneRate: recipe.backboneRate, head: classifier.headName)
    var tuning = FineTuning(Declaration.name, classifier, recipe, clips: data.clips, classes: data.classes)
    tuning.notes = data.notes
    if recipe.head.learning == .linearProbe, request.from == nil {
      tuning.notes.append(
        "recipe.learning is linearProbe and no --from names weights: the head is trained on what random weights make of the "
          + "clips. Name a run or a file of weights by --from.")
    }
    self.tuning = tuning
    clips = data.clips
    toleratedFailures = request.toleratedFailures
  }

  public func readingNotes() -> [String] { clips.warnings.notes }

  public func datasets() throws -> [String: DatasetManifest] {
    [RunDatasets.training: try clips.checkedManifest(tolerating: toleratedFailures)]
  }
}
