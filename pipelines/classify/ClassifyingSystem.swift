public import SluiceDatasets
public import SluiceFlow
internal import SluiceModels
public import SluiceNN
public import SluiceTensor
public import SluiceTraining

/// A published system that tells classes apart: what `sluice eval` and `sluice predict` can run too.
public protocol ClassifyingSystem: TrainingSystem {
  /// The classifier, how it is trained and what on.
  var tuning: FineTuning { get }
}

extension ClassifyingSystem {
  public var pipeline: Pipeline<StepReport> { tuning.pipeline }
  public var defaultEpochs: Int { tuning.recipe.epochs }
  public var classes: ClassMap { tuning.classes }

  public func load(pretrained checkpoint: [String: Tensor]) throws -> LoadReport {
    try tuning.classifier.load(pretrained: checkpoint)
  }
}

/// The fields of a system's model that all classifiers have.
protocol ClassifierSettings: SettingGroup {
  /// Classes told apart; as many as the data has if `nil`.
  var classCount: Int? { get set }
}

extension SpaceTimeSettings: ClassifierSettings {}
extension MViTSettings: ClassifierSettings {}

extension FineTuning {
  /// What a run asks for: its data, the recipe with its settings made, and a classifier of as many classes.
  static func make<Model: ClassifierSettings>(
    _ name: String, _ request: RunRequest, _ model: Model, _ recipe: FineTuningRecipe,
    classifier: (_ classCount: Int, FineTuningRecipe) throws -> VideoClassifier
  ) throws -> (FineTuning, choices: [String: String]) {
    var (model, recipe) = (model, recipe)
    try recipe.take(request.settings)
    recipe.batchSize = try request.number("batch.size") ?? recipe.batchSize
    recipe.accumulation = try request.number("optimize.accumulation") ?? recipe.accumulation
    let data = try LabelledData(
      request, classCount: model.classCount, perClass: recipe.samplesPerClass, draw: recipe.draw)
    model.classCount = data.classCount
    var tuning = FineTuning(
      name, try classifier(data.classCount, recipe), recipe, clips: data.clips, classes: data.classes)
    tuning.notes = data.notes
    return (tuning, model.values.merging(recipe.values) { own, _ in own })
  }
}

extension RunRequest {
  /// The whole number from 1 that `--set name=…` gives, if it does.
  func number(_ name: String) throws(RunError) -> Int? {
    guard let text = settings[name] else { return nil }
    guard let number = Int(text), number > 0 else {
      throw RunError(.configuration, "--set \(name)=\(text): a whole number from 1 is wanted.")
    }
    return number
  }
}
