internal import SluiceLoss
public import SluiceSamples
public import SluiceTensor
public import SluiceTokenize
public import SluiceTraining

/// Predicts histograms of oriented gradients at hidden places: the objective of MaskFeat.
///
/// With targets at the centres of cubes each token predicts both frames of its time step (2 × 108 values), and the loss
/// reads the frame that has a target; with targets at the first or last frame of each step it predicts that one (108
/// values; 27 for tokens of one cell).
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022.
public struct HOGObjective: Objective {
  public let target: HOGTarget

  public init(_ target: HOGTarget = HOGTarget()) {
    self.target = target
  }

  public var predictionWidth: Int {
    switch target.frames {
    case .centersOfCubes: 2 * target.width
    case .firstOfSteps, .lastOfSteps: target.width
    }
  }

  /// The mean squared error over the hidden tokens of the frames that have targets.
  public func loss(of prediction: Tensor, for batch: [MaskedSample<HOGTargets>]) throws -> Tensor {
    try MaskedRegression.loss(
      of: prediction, to: batch.map { MaskedRegression.Frames($0.target.frames, values: $0.target.values) },
      masks: batch.map(\.masked.mask), frameCount: batch.first?.masked.clip.values.shape[1] ?? 0)
  }
}
