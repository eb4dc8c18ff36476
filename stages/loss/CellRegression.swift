public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// Predicts the values of hidden cells of clips and of images, such as pixels or histograms.
public struct CellRegression: Objective {
  public init() {}

  /// `loss_3d` of the clips and `loss_2d` of the images: the mean squared error over all values of all hidden cells.
  /// - Throws: ``ShapeError`` if output and batch do not fit.
  public func loss(
    of output: TwoStreams<Tensor>, for batch: TwoStreams<MaskedBatch<CellValues>>
  ) throws -> LossTerms {
    var terms: [LossTerms.Term] = []
    for (name, prediction, targets) in [
      ("3d", output.clips, batch.clips?.targets), ("2d", output.images, batch.images?.targets),
    ] {
      guard let prediction, let targets else { continue }
      try prediction.shape.check(is: targets.values.shape, in: "cell loss")
      terms.append(LossTerms.Term("loss_\(name)", prediction.loss(to: targets.values)))
    }
    return LossTerms(terms)
  }
}
