public import SluiceFlow
public import SluiceSamples
public import SluiceTensor

/// What a masked model predicts: where targets come from, and how far a prediction is from them.
///
/// Target and loss share ``Target``, so that a loss over tokens does not compile with pixel targets.
public protocol Objective<Target>: Sendable {
  associatedtype Target: Sendable
  associatedtype TargetStage: Stage where TargetStage.Input == MaskedClip, TargetStage.Output == MaskedSample<Target>

  /// The stage that makes targets.
  var target: TargetStage { get }
  /// Values a network predicts for each token.
  var predictionWidth: Int { get }

  /// How wrong `prediction` is.
  /// - Parameter prediction: `[B, N, predictionWidth]`, one row for each token of the grid, without class token.
  /// - Returns: a scalar.
  /// - Throws: an error that prints both shapes if prediction and targets do not fit.
  func loss(of prediction: Tensor, for batch: [MaskedSample<Target>]) throws -> Tensor
}
