public import SluiceData
public import SluiceFlow

/// A published system, declared for one run: what `sluice train NAME` runs.
public protocol TrainingSystem: Sendable {
  /// What the command line calls it.
  static var name: String { get }
  /// One sentence for `--help`.
  static var summary: String { get }

  /// Declares the system for a run; `request.settings` named `model.…` are the system's own.
  /// - Throws: an error that says what of the request cannot be.
  init(_ request: RunRequest) throws

  /// From the data to the optimiser's steps.
  var pipeline: Pipeline<StepReport> { get }
  /// What the model was made from, by name, for the run's configuration.
  var model: [String: String] { get }
  /// How long a run goes on unless the request says.
  var defaultEpochs: Int { get }
}
