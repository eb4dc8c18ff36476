/// How wrong a network's output is for a batch: one or several named losses, and what else is worth knowing.
///
/// ```swift
/// struct MeanSquares: Objective {
///   func loss(of output: Tensor, for batch: Pairs) -> LossTerms { LossTerms(output.loss(to: batch.targets)) }
/// }
/// ```
public protocol Objective<Batch, Output>: Sendable {
  associatedtype Batch: Sendable
  associatedtype Output: Sendable

  /// The losses of `output`.
  /// - Throws: an error that prints both shapes if output and batch do not fit.
  func loss(of output: Output, for batch: Batch) throws -> LossTerms
}
