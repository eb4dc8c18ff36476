internal import SluiceAugment
internal import SluiceData
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceMask
internal import SluiceModels
internal import SluiceNN
internal import SluiceOptimize
internal import SluiceSample
internal import SluiceTokenize

/// The declared pipelines of the demo: 8 frames of 48 pixels, out of 24 of a synthetic video.
///
/// Nothing is mirrored or turned: a mirror image of “left” is “right”.
struct DemoPipelines {
  let settings: DemoSettings
  /// Training of masked models ends sooner with higher rates than fine-tuning bears.
  private static let pretrainRate = 4e-3
  private static let tuneRate = 2e-3

  /// HOG of the last frame of each time step, one cell a token.
  private static let objective = HOGObjective(HOGTarget(frames: .lastOfSteps, patchSize: 8))

  /// Without labels: every token is hidden with the same chance, its HOG predicted.
  func pretraining(on clips: Clips) throws -> Pipeline<StepReport> {
    let objective = Self.objective
    let model = MaskedModel(try MViT(.demo, predictionWidth: objective.predictionWidth), for: objective)
    return Pipeline("demo-pretrain") {
      clips.shuffled()
      DenseFrames(count: 8, stride: 3)
      Decode().workers(2)
      Augment(.whole, .randomCrop(48), normalization: .perClip()).workers(2)
      RandomMask(ratio: 0.6, tubeletSize: 2, patchSize: 8)
      objective.target
        .batch(settings.batchSize)
      Step {
        Forward(model)
        Loss(objective)
        Optimize(.demo(peak: Self.pretrainRate))
      }
    }
  }

  /// A masked network, what it is to predict, and a pipeline of its predictions, clip by clip.
  struct Masked {
    let target: HOGTarget
    let parameters: ParameterStore
    let pipeline: Pipeline<Prediction<MaskedSample<HOGTargets>>>
  }

  /// The middle of each clip, masked as in pre-training, and what a network predicts of it.
  func masked(on clips: Clips) throws -> Masked {
    let objective = Self.objective
    let model = MaskedModel(try MViT(.demo, predictionWidth: objective.predictionWidth), for: objective)
    let pipeline = Pipeline("demo-pictures") {
      clips
      DenseFrames(count: 8, stride: 3, window: .center)
      Decode()
      Augment(.whole, .centerCrop(48), normalization: .perClip())
      RandomMask(ratio: 0.6, tubeletSize: 2, patchSize: 8)
      objective.target
        .batch(1)
      Evaluate(model)
    }
    return Masked(target: objective.target, parameters: model.parameters, pipeline: pipeline)
  }

  /// With labels.
  func tuning(of model: VideoClassifier, on clips: Clips, _ kind: DemoKind) -> Pipeline<StepReport> {
    let classCount = model.classCount
    return Pipeline("demo-\(kind.rawValue)") {
      clips.shuffled()
      frames(kind, window: .random)
      Decode().workers(2)
      Augment(.whole, .randomCrop(48), normalization: .perClip(), keepsPixels: false).workers(2)
      SingleLabel(classCount: classCount)
        .batch(settings.batchSize)
      Step {
        Forward(model)
        Loss(CrossEntropy(smoothing: 0.1))
        Optimize(.demo(peak: Self.tuneRate))
      }
    }
  }

  /// One view of each video: its middle in time and space.
  func evaluation(of model: VideoClassifier, on clips: Clips, _ kind: DemoKind) -> Pipeline<Prediction<LabelledClip>> {
    let classCount = model.classCount
    return Pipeline("demo-evaluate") {
      clips
      frames(kind, window: .center)
      Decode().workers(2)
      Augment(.whole, .centerCrop(48), normalization: .perClip(), keepsPixels: false).workers(2)
      SingleLabel(classCount: classCount)
        .batch(settings.batchSize)
      Evaluate(model)
    }
  }

  private func frames(_ kind: DemoKind, window: DenseFrames.Window) -> Segment<ClipHandle, FrameSelection> {
    switch kind {
    case .pretrained, .scratch: Segment { DenseFrames(count: 8, stride: 3, window: window) }
    case .still: Segment { StillFrame(count: 8, window: window) }
    }
  }
}

extension AugmentOperation {
  /// All of the picture at 56 pixels.
  fileprivate static let whole: AugmentOperation = .shortSide(56, filter: .bilinear, antialias: true)
}

extension OptimizerConfiguration {
  fileprivate static func demo(peak: Double) -> OptimizerConfiguration {
    .adamW(.cosine(peak: peak, warmup: .fraction(0.1), per: .step), weightDecay: 0.05, clip: .global(1))
  }
}
