public import SluiceNN

/// A network as training sees it: what it reads of a batch, and what it makes of it.
///
/// ```swift
/// struct Regressor: TrainingModel {
///   let parameters = ParameterStore()
///   private let line: Linear
///
///   init() {
///     line = Linear(ParameterScope(parameters)["line"], inputs: 3, outputs: 1, weight: .normal(0.1))
///   }
///
///   func callAsFunction(_ batch: Pairs, _ pass: ForwardPass) -> Tensor { line(batch.inputs) }
/// }
/// ```
/// Batch and output are types of the system's own: one tensor or a struct of several. What is frozen (a tokenizer, a text
/// tower) is a value inside the model or a stage and stands in no ``parameters``, so that nothing trains it by accident.
public protocol TrainingModel<Batch, Output>: Sendable {
  /// What a collate stage makes of the samples of a batch.
  associatedtype Batch: Sendable
  /// What an ``Objective`` compares with the batch.
  associatedtype Output: Sendable

  /// What training changes, saves and loads.
  var parameters: ParameterStore { get }

  /// Runs the network forward; gradients flow back from the tensors of the output.
  /// - Throws: an error that prints both shapes if the batch does not fit the network.
  func callAsFunction(_ batch: Batch, _ pass: ForwardPass) throws -> Output
}
