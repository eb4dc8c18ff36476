public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

extension BEVT: TrainingModel {
  /// - Returns: of each stream that is there, a score of every word for each of its hidden cells,
  ///   `[hidden cells, vocabularySize]`.
  public func callAsFunction(
    _ batch: TwoStreams<MaskedBatch<VisualTokens>>, _ pass: ForwardPass
  ) throws -> TwoStreams<Tensor> {
    try predictions(for: batch, pass)
  }

  /// The head's values for each hidden cell of each stream that is there.
  fileprivate func predictions(
    for batch: TwoStreams<MaskedBatch<some HiddenCells>>, _ pass: ForwardPass
  ) throws -> TwoStreams<Tensor> {
    TwoStreams(
      clips: try batch.clips.map { clips in
        logits(of: try clipFeatures(of: clips.clips, hidden: clips.hidden, pass), at: clips.targets.cells)
      },
      images: try batch.images.map { images in
        logits(of: try imageFeatures(of: images.clips, hidden: images.hidden, pass), at: images.targets.cells)
      })
  }
}

/// A Video Swin transformer of clips and images that predicts values of hidden cells in place of words.
///
/// ```swift
/// let target = CellTarget(.pixels)
/// let model = CellModel(try BEVT(.compact, vocabularySize: target.width))
/// ```
public struct CellModel: TrainingModel {
  public let network: BEVT

  /// - Parameter network: its vocabulary is as large as a cell has values.
  public init(_ network: BEVT) {
    self.network = network
  }

  public var parameters: ParameterStore { network.parameters }

  /// - Returns: of each stream that is there, the values of each of its hidden cells, `[hidden cells, width]`.
  public func callAsFunction(
    _ batch: TwoStreams<MaskedBatch<CellValues>>, _ pass: ForwardPass
  ) throws -> TwoStreams<Tensor> {
    try network.predictions(for: batch, pass)
  }
}
