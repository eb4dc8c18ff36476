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

/// BEVT's streams of clips and of images, from files to batches with what a stage makes the targets of.
struct Streams<TargetStage: Stage, Target: Sendable, Targets: Sendable>: Sendable
where TargetStage.Input == MaskedClip, TargetStage.Output == MaskedSample<Target> {
  let recipe: StreamRecipe
  /// Height and width of a frame, pixels.
  let size: Int
  /// Pixels of a cell's side.
  let cell: Int
  /// What a tokenizer reads of a frame; the crop itself is read if `nil`.
  let view: SecondView?
  let target: TargetStage
  /// Puts the targets of a batch together.
  let join: @Sendable ([Target]) -> Targets
  let seed: UInt64

  /// Batches of clips; of images too if there are any, which come round again beside the clips.
  func batches(
    of clips: Clips, beside images: Clips?, network: SwinConfiguration
  ) -> Segment<Never, TwoStreams<MaskedBatch<Targets>>> {
    let clips = self.clips(clips, network: network, count: recipe.optimizer.batchSize)
    guard let images else { return Segment { clips.map { TwoStreams(clips: $0, images: nil) } } }
    return Segment {
      Zip(clips, self.images(images.shuffled().repeated(), count: recipe.imageCount)) {
        TwoStreams(clips: $0, images: $1)
      }
    }
  }

  /// Batches of images alone.
  func batches(ofImages images: Clips) -> Segment<Never, TwoStreams<MaskedBatch<Targets>>> {
    let images = self.images(images.shuffled(), count: recipe.optimizer.batchSize)
    return Segment { images.map { TwoStreams(clips: nil, images: $0) } }
  }

  /// Batches of masked clips with their tokens.
  private func clips(
    _ clips: Clips, network: SwinConfiguration, count: Int
  ) -> Segment<Never, MaskedBatch<Targets>> {
    Segment {
      clips.shuffled()
      recipe.frames.sampling(count: network.frameCount)
      Decode().workers(2)
      recipe.augment(size: size, isImage: false, seed: seed).workers(2).buffer(4)
      hiding(span: network.patch.time)
      target
        .batch(count)
      collate
    }
  }

  /// Batches of masked images with their tokens.
  private func images(_ images: SourceNode<ClipHandle>, count: Int) -> Segment<Never, MaskedBatch<Targets>> {
    Segment {
      images.named("images")
      StillFrame(count: 1)
      Decode().workers(2)
      recipe.augment(size: size, isImage: true, seed: seed).workers(2).buffer(4)
      hiding(span: 1)
      target
        .batch(count)
      collate
    }
  }

  /// Hides cells of `span` frames, with the view beside them that targets are made of.
  private func hiding(span: Int) -> Segment<Clip, MaskedClip> {
    let mask = recipe.mask(cell: cell, span: span)
    guard let view else { return Segment { mask } }
    return Segment {
      view
      mask
    }
  }

  private var collate: Collate<MaskedSample<Target>, MaskedBatch<Targets>> {
    let join = join
    return Collate { samples, _ in try MaskedBatch(joining: samples, targets: join(samples.map(\.target))) }
  }
}
