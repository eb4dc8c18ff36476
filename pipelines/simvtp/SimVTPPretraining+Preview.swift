internal import SluiceAugment
internal import SluiceDecode
public import SluiceFlow
internal import SluiceModels
public import SluiceReport
internal import SluiceSamples
internal import SluiceTokenize
internal import SluiceTraining
internal import SluiceWords

extension SimVTPPretraining: WordPredictingSystem {
  func pairPredictions() throws -> PairPredictions? {
    guard configuration.recipe.losses.contains(.text) else { return nil }
    let (configuration, recipe) = (configuration, configuration.recipe)
    let words = Words<MaskedClip>(input.vocabulary, sampling: .first, maximumLength: recipe.maximumTextLength)
    let mask: WordMask<MaskedClip> = recipe.wordMask(of: input.vocabulary)
    let predict = PredictPair(model: network, vocabulary: input.vocabulary)
    return { clips in
      Pipeline("preview") {
        configuration.middles(of: clips)
        words
        mask
        predict
      }
    }
  }

  var pixelImages: PixelImages? {
    configuration.recipe.losses.contains(.video) ? PixelImages(configuration.pixelTarget) : nil
  }
}

extension SimVTPPretraining {
  /// A few clips and captions: as they are, as the network sees them, and what it makes of them.
  public func shownSamples(_ options: RunOptions) async throws -> [Report.Part] {
    if let preview = try WordPreview(self) { return try await preview.parts(of: input.clips, options) }
    guard pixelImages != nil else { return [] }
    return try await pixelPredictions().part(of: input.clips, options)
  }
}

extension SimVTPPretraining: PixelPredictingSystem {
  /// Of clips with their first captions; one without is read with an empty one.
  func pixelPredictions() throws -> PixelPredictions {
    guard configuration.recipe.losses.contains(.video) else {
      throw RunError(
        .weights,
        "the run was trained without the loss of pixels, so there are none to show. Name a run whose recipe.losses "
          + "have video.")
    }
    let (configuration, network) = (configuration, network)
    let words: Words<MaskedClip> = configuration.recipe.words(of: input.vocabulary)
    return PixelPredictions(target: configuration.pixelTarget) { clips in
      Pipeline("preview") {
        configuration.middles(of: clips)
          .map { masked in
            let values = masked.clip.values
            let ids = words.tokenizer.ids(of: masked.captions.first ?? "", maximumLength: words.maximumLength)
            let found = try network.reconstruction(
              of: values.reshaped([1] + values.shape.dimensions), hidden: masked.mask.values, ids: ids,
              lengths: [ids.count], words: [])
            return (masked: masked, output: found.pixels)
          }
      }
    }
  }
}

extension VideoTextConfiguration {
  /// What is to be predicted of hidden tubes.
  var pixelTarget: PixelTarget {
    PixelTarget(tubeletSize: network.video.tubeletSize, patchSize: network.video.patchSize)
  }

  /// The middle of each clip, masked, with its 8-bit crop; only the mask is drawn.
  func middles(of clips: Clips) -> Segment<Never, MaskedClip> {
    Segment {
      clips
      recipe.frames.sampling(count: network.video.frameCount, window: .center)
      Decode()
      recipe.clips.augment(recipe.clips.centered(size: network.imageSize), keepsPixels: true)
      masking
    }
  }
}
