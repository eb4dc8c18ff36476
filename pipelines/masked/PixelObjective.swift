public import SluiceSamples
public import SluiceTensor
public import SluiceTokenize
public import SluiceTraining

/// Predicts the pixels of hidden tokens: the objective of masked autoencoders.
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", NeurIPS 2022.
public struct PixelObjective: MaskedObjective {
  public let target: PixelTarget

  public init(_ target: PixelTarget = PixelTarget()) {
    self.target = target
  }

  public var predictionWidth: Int { target.width }

  /// The targets of all hidden tokens of a batch, in the order of clips and tokens.
  public struct Targets: Sendable {
    /// Indices into the batch's tokens, ascending.
    public let tokens: [Int]
    /// `[tokens.count, predictionWidth]`.
    public let values: Tensor
  }

  public func targets(of samples: [MaskedSample<PixelTargets>]) -> Targets {
    let count = samples.first?.masked.mask.values.count ?? 0
    return Targets(
      tokens: samples.enumerated().flatMap { number, sample in sample.target.tokens.map { number * count + $0 } },
      values: .concatenated(samples.map(\.target.values), axis: 0))
  }

  /// The mean squared error over all values of all hidden tokens of the batch.
  /// - Throws: ``ShapeError`` if the prediction has another width or number of tokens than the targets.
  public func loss(of output: Tensor, for batch: MaskedBatch<Targets>) throws -> LossTerms {
    try output.shape.check(is: [batch.count, batch.grid.count, predictionWidth], in: "pixel loss")
    let rows = output.reshaped(batch.count * batch.grid.count, predictionWidth).rows(at: batch.targets.tokens)
    return LossTerms(rows.loss(to: batch.targets.values))
  }
}
