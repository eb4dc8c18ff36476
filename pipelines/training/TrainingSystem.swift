public import SluiceDatasets
public import SluiceFlow
public import SluiceNN
public import SluiceTensor
public import SluiceTraining

/// A published system, declared for one run: what `sluice train NAME` runs.
public protocol TrainingSystem: Sendable {
  /// What the command line calls it.
  static var name: String { get }
  /// One sentence for `--help`.
  static var summary: String { get }

  /// Declares the system for a run; `request.settings` named `model.…` and `recipe.…` are the system's own.
  /// - Throws: an error that says what of the request cannot be.
  init(_ request: RunRequest) throws

  /// From the data to the optimiser's steps.
  var pipeline: Pipeline<StepReport> { get }
  /// What was decided that no stage of the pipeline says, by name: `model.depth`, `recipe.mixes`.
  var choices: [String: String] { get }
  /// How long a run goes on unless the request says.
  var defaultEpochs: Int { get }
  /// The classes it tells apart; empty where it tells none, or only numbers are known.
  var classes: ClassMap { get }

  /// Takes from another model's checkpoint what this one's network has too.
  /// - Returns: what was taken, what was missing and what was left over.
  /// - Throws: an error that names what does not fit.
  func load(pretrained checkpoint: [String: Tensor]) throws -> LoadReport
}

extension TrainingSystem {
  public var classes: ClassMap { ClassMap(numbers: [:]) }
}
