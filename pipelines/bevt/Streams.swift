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
  /// What the tokenizer reads of a frame.
  let view: SecondView
  let tokenizer: any Tokenizer
  let seed: UInt64

  /// Batches of clips; of images too if there are any, which come round again beside the clips.
  func batches(
    of clips: Clips, beside images: Clips?, network: SwinConfiguration
  ) -> Segment<Never, TwoStreams<MaskedBatch<VisualTokens>>> {
    let clips = self.clips(clips, network: network, count: recipe.optimizer.batchSize)
    guard let images else { return Segment { clips.map { TwoStreams(clips: $0, images: nil) } } }
    return Segment {
      Zip(clips, self.images(images.shuffled().repeated(), count: recipe.imageCount)) {
        TwoStreams(clips: $0, images: $1)
      }
    }
  }

  /// Batches of images alone.
  func batches(ofImages images: Clips) -> Segment<Never, TwoStreams<MaskedBatch<VisualTokens>>> {
    let images = self.images(images.shuffled(), count: recipe.optimizer.batchSize)
    return Segment { images.map { TwoStreams(clips: nil, images: $0) } }
  }

  /// Batches of masked clips with their tokens.
  private func clips(
    _ clips: Clips, network: SwinConfiguration, count: Int
  ) -> Segment<Never, MaskedBatch<VisualTokens>> {
    Segment {
      clips.shuffled()
      recipe.frames.sampling(count: network.frameCount)
      Decode().workers(2)
      recipe.augment(size: size, isImage: false, seed: seed).workers(2).buffer(4)
      view
      recipe.mask(cell: cell, span: network.patch.time)
      TokenTarget(tokenizer)
        .batch(count)
      Collate(batch)
    }
  }

  /// Batches of masked images with their tokens.
  private func images(_ images: SourceNode<ClipHandle>, count: Int) -> Segment<Never, MaskedBatch<VisualTokens>> {
    Segment {
      images.named("images")
      StillFrame(count: 1)
      Decode().workers(2)
      recipe.augment(size: size, isImage: true, seed: seed).workers(2).buffer(4)
      view
      recipe.mask(cell: cell, span: 1)
      TokenTarget(tokenizer)
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
