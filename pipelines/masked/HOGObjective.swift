public import SluiceLoss
public import SluiceSamples
public import SluiceTensor
public import SluiceTokenize
public import SluiceTraining

/// Predicts histograms of oriented gradients at hidden tokens: the objective of MaskFeat.
///
/// With targets at the centers of cubes each token predicts both frames of its time step (2 × 108 values), and the loss
/// reads the frame that has a target; with targets at the first or last frame of each step it predicts that one (108
/// values; 27 for tokens of one cell).
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", CVPR 2022.
public struct HOGObjective: MaskedObjective {
  public let target: HOGTarget

  public init(_ target: HOGTarget = HOGTarget()) {
    self.target = target
  }

  public var predictionWidth: Int { slots * target.width }

  /// Frames that a token predicts.
  private var slots: Int {
    switch target.frames {
    case .centersOfCubes: 2
    case .firstOfSteps, .lastOfSteps: 1
    }
  }

  public func targets(of samples: [MaskedSample<HOGTargets>]) throws -> MaskedRegression.Targets {
    try MaskedRegression.Targets(
      samples.map { MaskedRegression.Frames($0.target.frames, values: $0.target.values) },
      masks: samples.map(\.masked.mask), slots: slots,
      frameCount: samples.first?.masked.clip.values.shape[1] ?? 0)
  }

  /// The mean squared error over the hidden tokens of the frames that have targets.
  public func loss(of output: Tensor, for batch: MaskedBatch<MaskedRegression.Targets>) throws -> LossTerms {
    LossTerms(try MaskedRegression.loss(of: output, to: batch.targets))
  }
}
