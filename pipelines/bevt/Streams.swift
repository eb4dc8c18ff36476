internal import SluiceAugment
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceMask
internal import SluiceSample
internal import SluiceSamples
internal import SluiceTokenize
internal import SluiceTraining

/// What one stream sees of its clips or images, and the stage that makes its targets.
struct StreamInput<TargetStage: Stage>: Sendable {
  var views = SeenViews.drawn
  let target: TargetStage
}

/// BEVT's streams of clips and of images, from files to batches with what a stage makes the targets of.
struct Streams<TargetStage: Stage, Target: Sendable, Targets: Sendable>: Sendable
where TargetStage.Input == MaskedClip, TargetStage.Output == MaskedSample<Target> {
  let recipe: StreamRecipe
  let network: SwinSettings
  /// What a tokenizer reads of a frame; `nil` where targets are made of the crop itself, or were stored.
  let view: SecondView?
  let ofClips: StreamInput<TargetStage>
  let ofImages: StreamInput<TargetStage>
  /// Puts the targets of a batch together.
  let join: @Sendable ([Target]) -> Targets
  let seed: UInt64

  /// Batches of clips; of images too if there are any, which come round again beside the clips.
  func batches(of clips: Clips, beside images: Clips?) -> Segment<Never, TwoStreams<MaskedBatch<Targets>>> {
    let clips = self.clips(clips, count: recipe.optimizer.batchSize)
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

  /// Batches of masked clips with their targets.
  private func clips(_ clips: Clips, count: Int) -> Segment<Never, MaskedBatch<Targets>> {
    Segment {
      clips.shuffled()
      ofClips.views.sampling(recipe.frames.sampling(count: network.frameCount))
      Decode().workers(2)
      ofClips.views.augment(recipe.augment(size: network.imageSize, isImage: false, seed: seed)).workers(2).buffer(4)
      if let view { view }
      recipe.mask(cell: network.cell, span: network.network.patch.time)
      ofClips.target
        .batch(count)
      collate
    }
  }

  /// Batches of masked images with their targets.
  private func images(_ images: SourceNode<ClipHandle>, count: Int) -> Segment<Never, MaskedBatch<Targets>> {
    Segment {
      images.named("images")
      ofImages.views.sampling(Segment { StillFrame(count: 1) })
      Decode().workers(2)
      ofImages.views.augment(recipe.augment(size: network.imageSize, isImage: true, seed: seed)).workers(2).buffer(4)
      if let view { view }
      recipe.mask(cell: network.cell, span: 1)
      ofImages.target
        .batch(count)
      collate
    }
  }

  private var collate: Collate<MaskedSample<Target>, MaskedBatch<Targets>> {
    let join = join
    return Collate { samples, _ in try MaskedBatch(joining: samples, targets: join(samples.map(\.target))) }
  }
}
