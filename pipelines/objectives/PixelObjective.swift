public import SluiceSamples
public import SluiceTensor
public import SluiceTokenize
public import SluiceTraining

/// Predicts the pixels of hidden tokens: the objective of masked autoencoders.
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", NeurIPS 2022.
public struct PixelObjective: Objective {
  public let target: PixelTarget

  public init(_ target: PixelTarget = PixelTarget()) {
    self.target = target
  }

  public var predictionWidth: Int { target.width }

  /// The mean squared error over all values of all hidden tokens of the batch.
  /// - Throws: ``ShapeError`` if the prediction has another width or number of tokens than the targets.
  public func loss(of prediction: Tensor, for batch: [MaskedSample<PixelTargets>]) throws -> Tensor {
    let tokens = batch.first?.masked.mask.values.count ?? 0
    try prediction.shape.check(is: [batch.count, tokens, predictionWidth], in: "pixel loss")
    let hidden = batch.enumerated().flatMap { number, sample in sample.target.tokens.map { number * tokens + $0 } }
    let rows = prediction.reshaped(batch.count * tokens, predictionWidth).rows(at: hidden)
    return rows.loss(to: .concatenated(batch.map(\.target.values), axis: 0))
  }
}
