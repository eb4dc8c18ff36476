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
    let tokenSize = configuration.network.tokenSize
    let divisor = try SecondView(cells: tokenSize.height, of: tokenizer).divisor
    let objective = TokenObjective(tokenizer, tubeletSize: tokenSize.time, viewDivisor: divisor)
    return { clips in
      Pipeline("preview") {
        configuration.middles(of: clips, viewDivisor: divisor)
        objective.target
          .map { sample in
            let (output, mask) = (try backbone.prediction(ofOne: sample.masked), sample.masked.mask)
            let logits = objective.logits(
              of: output, at: sample.target.tokens.cells, area: mask.rows * mask.columns)
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
    let sampling = recipe.frames(ofImages: !Declaration.hasClips).sampling(
      count: Declaration.hasClips ? shape.frameCount : 1, window: .center)
    let span = Declaration.hasClips ? shape.network.patch.time : 1
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
