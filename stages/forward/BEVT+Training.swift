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
    TwoStreams(
      clips: try batch.clips.map { clips in
        logits(of: try clipFeatures(of: clips.clips, hidden: clips.hidden, pass), at: clips.targets.cells)
      },
      images: try batch.images.map { images in
        logits(of: try imageFeatures(of: images.clips, hidden: images.hidden, pass), at: images.targets.cells)
      })
  }
}
