internal import SluiceLoss
public import SluiceSamples
public import SluiceTensor
public import SluiceTokenize
public import SluiceTraining

/// Predicts the visual tokens of hidden parts: the objective of BEiT and BEVT, for any masked backbone.
///
/// A token of the network predicts a word for each frame that it covers.
/// - Source: Bao et al., "BEiT: BERT pre-training of image transformers", ICLR 2022; Wang et al., "BEVT: BERT pretraining
///   of video transformers", CVPR 2022.
public struct TokenObjective: MaskedObjective {
  public let target: TokenTarget
  /// Frames that a token of the network covers.
  public let tubeletSize: Int
  public let viewDivisor: Int

  /// - Parameters:
  ///   - source: a tokenizer, or tokens that were stored.
  ///   - viewDivisor: the side of the network's tokens over that of the tokenizer's; 1 for stored tokens, which read no frame.
  public init(_ source: any TokenSource, tubeletSize: Int = 2, viewDivisor: Int = 2) {
    target = TokenTarget(source)
    self.tubeletSize = tubeletSize
    self.viewDivisor = viewDivisor
  }

  /// A score of every word for each frame.
  public var predictionWidth: Int { tubeletSize * target.source.vocabularySize }

  public func targets(of samples: [MaskedSample<TokenTargets>]) -> VisualTokens {
    VisualTokens(joining: samples.map(\.target))
  }

  /// The mean cross-entropy over the hidden cells of all frames, with the accuracy as `mask_acc`, which a run compares with
  /// guessing the most frequent word.
  /// - Throws: ``ShapeError`` if the prediction has another width or number of tokens than the targets.
  public func loss(of output: Tensor, for batch: MaskedBatch<VisualTokens>) throws -> LossTerms {
    try output.shape.check(is: [batch.count, batch.grid.count, predictionWidth], in: "token loss")
    let logits = logits(of: output, at: batch.targets.cells, area: batch.grid.rows * batch.grid.columns)
    let prediction = try TokenPrediction(of: logits, to: batch.targets)
    return LossTerms(
      prediction.loss, metrics: ["mask_acc": prediction.accuracy], answers: ["mask_acc": prediction.answers])
  }

  /// A score of every word for some cells, `[cells, vocabularySize]`.
  /// - Parameters:
  ///   - output: `[B, N, predictionWidth]`.
  ///   - cells: numbers of cells, counted over the frames of the batch.
  ///   - area: cells of a frame.
  func logits(of output: Tensor, at cells: [Int], area: Int) -> Tensor {
    let rows = cells.map { cell in
      let (frame, inside) = cell.quotientAndRemainder(dividingBy: area)
      return (frame / tubeletSize * area + inside) * tubeletSize + frame % tubeletSize
    }
    return output.reshaped(-1, target.source.vocabularySize).rows(at: rows)
  }
}
