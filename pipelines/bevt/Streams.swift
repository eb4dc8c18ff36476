internal import SluiceAugment
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceMask
internal import SluiceModels
internal import SluiceSample
internal import SluiceSamples
internal import SluiceTokenize
internal import SluiceTraining

/// BEVT's streams of clips and of images, from files to batches.
struct Streams {
  let recipe: StreamRecipe
  /// Height and width of a frame, pixels.
  let size: Int
  /// Pixels of a cell's side.
  let cell: Int
  /// The side of the crop over that of the frames that a tokenizer reads; 1 where tokens are stored.
  let viewDivisor: Int
  let seed: UInt64

  /// Clips or images, and where their tokens come from.
  struct Input {
    let clips: Clips
    let tokens: TokenStream
  }

  /// Batches of clips; of images too if there are any, which come round again beside the clips.
  func batches(
    of clips: Input, beside images: Input?, network: SwinConfiguration
  ) -> Segment<Never, TwoStreams<MaskedBatch<VisualTokens>>> {
    let clips = self.clips(clips, network: network, count: recipe.optimizer.batchSize)
    guard let images else { return Segment { clips.map { TwoStreams(clips: $0, images: nil) } } }
    return Segment {
      Zip(clips, self.images(images.clips.shuffled().repeated(), images.tokens, count: recipe.imageCount)) {
        TwoStreams(clips: $0, images: $1)
      }
    }
  }

  /// Batches of images alone.
  func batches(ofImages images: Input) -> Segment<Never, TwoStreams<MaskedBatch<VisualTokens>>> {
    let images = self.images(images.clips.shuffled(), images.tokens, count: recipe.optimizer.batchSize)
    return Segment { images.map { TwoStreams(clips: nil, images: $0) } }
  }

  /// Batches of masked clips with their tokens.
  private func clips(
    _ input: Input, network: SwinConfiguration, count: Int
  ) -> Segment<Never, MaskedBatch<VisualTokens>> {
    Segment {
      input.clips.shuffled()
      input.tokens.sampling(recipe.frames.sampling(count: network.frameCount))
      Decode().workers(2)
      input.tokens.augment(recipe.augment(size: size, isImage: false, seed: seed)).workers(2).buffer(4)
      if viewDivisor > 1 { SecondView(divisor: viewDivisor) }
      recipe.mask(cell: cell, span: network.patch.time)
      TokenTarget(input.tokens.source)
        .batch(count)
      Collate(batch)
    }
  }

  /// Batches of masked images with their tokens.
  private func images(
    _ images: SourceNode<ClipHandle>, _ tokens: TokenStream, count: Int
  ) -> Segment<Never, MaskedBatch<VisualTokens>> {
    Segment {
      images.named("images")
      tokens.sampling(Segment { StillFrame(count: 1) })
      Decode().workers(2)
      tokens.augment(recipe.augment(size: size, isImage: true, seed: seed)).workers(2).buffer(4)
      if viewDivisor > 1 { SecondView(divisor: viewDivisor) }
      recipe.mask(cell: cell, span: 1)
      TokenTarget(tokens.source)
        .batch(count)
      Collate(batch)
    }
  }
}

/// The batch of masked samples with their tokens.
@Sendable private func batch(
  of samples: [MaskedSample<TokenTargets>], _ context: ElementContext
) throws -> MaskedBatch<VisualTokens> {
  try MaskedBatch(joining: samples, targets: VisualTokens(joining: samples.map(\.target)))
}
