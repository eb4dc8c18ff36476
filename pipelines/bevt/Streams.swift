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
    let clips = batches(of: Segment { clips.shuffled() }, areImages: false, count: recipe.optimizer.batchSize)
    guard let images else { return Segment { clips.map { TwoStreams(clips: $0, images: nil) } } }
    return Segment {
      Zip(
        clips,
        batches(of: images.shuffled().repeated().named("images"), areImages: true, count: recipe.imageCount)
      ) { TwoStreams(clips: $0, images: $1) }
    }
  }

  /// Batches of images alone.
  func batches(ofImages images: Clips) -> Segment<Never, TwoStreams<MaskedBatch<Targets>>> {
    let images = batches(
      of: images.shuffled().named("images"), areImages: true, count: recipe.optimizer.batchSize)
    return Segment { images.map { TwoStreams(clips: nil, images: $0) } }
  }

  /// Batches of masked clips or images with their targets.
  private func batches(
    of source: Segment<Never, ClipHandle>, areImages: Bool, count: Int
  ) -> Segment<Never, MaskedBatch<Targets>> {
    let input = areImages ? ofImages : ofClips
    let sampling = recipe.frames(ofImages: areImages).sampling(count: areImages ? 1 : network.frameCount)
    return Segment {
      source
      input.views.sampling(sampling)
      Decode().workers(2)
      input.views.augment(recipe.augment(size: network.imageSize, isImage: areImages, seed: seed)).workers(2).buffer(4)
      if let view { view }
      recipe.mask(cell: network.cell, span: areImages ? 1 : network.network.patch.time)
      input.target
        .batch(count)
      collate
    }
  }

  private var collate: Collate<MaskedSample<Target>, MaskedBatch<Targets>> {
    let join = join
    return Collate { samples, _ in try MaskedBatch(joining: samples, targets: join(samples.map(\.target))) }
  }
}
