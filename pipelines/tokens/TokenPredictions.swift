internal import SluiceAugment
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceModels
internal import SluiceSample
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize
internal import SluiceTraining

/// Predicts visual tokens: gives the middle of each clip, masked, with the frames that a tokenizer reads, and the word that is
/// predicted for each of its hidden cells.
typealias TokenPredictions = @Sendable (Clips) -> Pipeline<(sample: MaskedSample<TokenTargets>, words: [Int])>

/// A system that predicts visual tokens if they are its target.
protocol TokenPredictingSystem: TrainingSystem {
  /// The network's predictions of the words of `tokenizer`, whose vocabulary the system was declared with.
  /// - Throws: ``RunError`` if cells are no whole number of its tokens wide.
  func tokenPredictions(of tokenizer: any Tokenizer) throws -> TokenPredictions
}

extension MaskedPretraining: TokenPredictingSystem {
  func tokenPredictions(of tokenizer: any Tokenizer) throws -> TokenPredictions {
    let (configuration, backbone) = (configuration, backbone)
    let (recipe, network) = (configuration.recipe, configuration.network)
    let divisor = try SecondView(cells: network.tokenSize.height, of: tokenizer).divisor
    let objective = TokenObjective(tokenizer, tubeletSize: network.tokenSize.time, viewDivisor: divisor)
    let crop = recipe.clips.augment(recipe.clips.centered(size: network.imageSize), keepsPixels: true)
    return { clips in
      Pipeline("preview") {
        clips
        recipe.frames.sampling(count: network.frameCount, window: .center)
        Decode()
        crop
        configuration.masking(viewDivisor: divisor)
        objective.target
          .map { sample in
            let (values, mask) = (sample.masked.clip.values, sample.masked.mask)
            let logits = try withoutGradients {
              let output = try backbone.prediction(
                of: values.reshaped([1] + values.shape.dimensions), hidden: mask.values, .evaluation)
              return objective.logits(of: output, at: sample.target.tokens.cells, area: mask.rows * mask.columns)
            }
            return (sample: sample, words: logits.indicesOfLargest())
          }
      }
    }
  }
}

extension BEVTTraining: TokenPredictingSystem {
  func tokenPredictions(of tokenizer: any Tokenizer) throws -> TokenPredictions {
    let (recipe, shape, network) = (configuration.recipe, configuration.network, network)
    let view = try SecondView(cells: shape.cell, of: tokenizer)
    var frames = recipe.frames
    if !Declaration.hasClips { frames.choice = .still }
    let (sampling, span) = (
      frames.sampling(count: Declaration.hasClips ? shape.frameCount : 1, window: .center),
      Declaration.hasClips ? shape.network.patch.time : 1
    )
    return { clips in
      Pipeline("preview") {
        clips
        sampling
        Decode()
        recipe.centered(size: shape.imageSize)
        view
        recipe.mask(cell: shape.cell, span: span)
        TokenTarget(tokenizer)
          .map { sample in
            let batch = try MaskedBatch(joining: [sample], targets: VisualTokens(joining: [sample.target]))
            let streams =
              Declaration.hasClips
              ? TwoStreams(clips: batch, images: nil) : TwoStreams<MaskedBatch<VisualTokens>>(clips: nil, images: batch)
            let output = try withoutGradients { try network(streams, .evaluation) }
            return (sample: sample, words: (output.clips ?? output.images)?.indicesOfLargest() ?? [])
          }
      }
    }
  }
}
