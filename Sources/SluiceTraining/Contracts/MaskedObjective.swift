public import SluiceFlow
public import SluiceSamples
public import SluiceTensor

/// What a masked model predicts: where targets come from, how those of a batch are put together, and how far a prediction
/// is from them.
///
/// All of it shares ``Target`` and ``Targets``, so that a loss over tokens does not compile with pixel targets. Works with
/// every masked backbone.
public protocol MaskedObjective<Target, Targets>: Objective where Batch == MaskedBatch<Targets>, Output == Tensor {
  /// What the hidden tokens of one sample are to predict.
  associatedtype Target: Sendable
  /// The targets of a batch, in one buffer.
  associatedtype Targets: Sendable
  associatedtype TargetStage: Stage where TargetStage.Input == MaskedClip, TargetStage.Output == MaskedSample<Target>

  /// The stage that makes a sample's targets.
  var target: TargetStage { get }
  /// Pixels of the crop on a side for each pixel that targets are made of: 1, the crop itself, unless said.
  var viewDivisor: Int { get }
  /// Values that a network predicts for each token.
  var predictionWidth: Int { get }

  /// Puts the targets of a batch together, on a data thread.
  /// - Throws: an error that says which sample does not fit the others.
  func targets(of samples: [MaskedSample<Target>]) throws -> Targets

  /// The losses of a prediction.
  /// - Parameter output: `[B, N, predictionWidth]`, one row for each token of the grid, without class token.
  /// - Throws: an error that prints both shapes if prediction and targets do not fit.
  func loss(of output: Tensor, for batch: MaskedBatch<Targets>) throws -> LossTerms
}

extension MaskedObjective {
  public var viewDivisor: Int { 1 }
}

extension MaskedObjective where Targets == [Target] {
  /// The targets as they are, one a sample.
  public func targets(of samples: [MaskedSample<Target>]) -> [Target] { samples.map(\.target) }
}
