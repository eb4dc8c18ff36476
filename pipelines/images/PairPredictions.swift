internal import SluiceDecode
internal import SluiceFlow
internal import SluiceModels
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceText
internal import SluiceTraining
internal import SluiceWords

/// A clip and its caption, what of both is hidden, and what a network predicts there.
struct PairPrediction: Sendable {
  /// What the list calls the clip.
  let name: String
  let masked: MaskedClip
  /// Pixels of the hidden tokens, `[1, hidden, W]`.
  let pixels: Tensor
  let words: WordLines
}

/// Predicts what is hidden of pairs: gives the middle of each clip, with its first caption.
typealias PairPredictions = @Sendable (Clips) -> Pipeline<PairPrediction>

/// A system that predicts the words of captions, and pixels beside them.
protocol WordPredictingSystem: TrainingSystem {
  /// The network's predictions; `nil` if words are no part of its training.
  func pairPredictions() throws -> PairPredictions?
  /// The predicted pixels as images; `nil` if pixels are no part of its training.
  var pixelImages: PixelImages? { get }
}

/// Has a network predict what is hidden of a clip and its caption.
struct PredictPair: Stage {
  let model: SimVTP
  let vocabulary: Vocabulary

  /// - Throws: ``ModelError`` if clip or caption do not fit the network.
  func callAsFunction(_ pair: MaskedTextSample<MaskedClip>, context: ElementContext) throws -> PairPrediction {
    let (masked, values) = (pair.sample, pair.sample.clip.values)
    let found = try model.reconstruction(
      of: values.reshaped([1] + values.shape.dimensions), hidden: masked.mask.values, ids: pair.ids,
      lengths: [pair.ids.count], words: pair.hidden)
    var ids = pair.ids
    for (position, word) in zip(pair.hidden, pair.words) { ids[position] = word }
    let lines = WordLines(
      masked.captions.first ?? "", ids: ids, hidden: pair.hidden, predicted: found.words.indicesOfLargest(),
      of: vocabulary)
    return PairPrediction(name: context.identity, masked: masked, pixels: found.pixels, words: lines)
  }
}
