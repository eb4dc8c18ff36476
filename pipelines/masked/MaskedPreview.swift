internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceModels
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize
public import SluiceTraining

/// A network of masked pre-training that shows what HOG it predicts.
///
/// ```swift
/// let preview = try MaskedPreview(from: "runs/maskfeat-1")
/// let rows = try await preview.rows(of: "clip.mp4", seed: 1)
/// ```
public struct MaskedPreview: Sendable {
  private let predictions: @Sendable (Clips) -> Pipeline<(sample: MaskedSample<HOGTargets>, output: Tensor)>
  private let images: MaskImages

  /// Opens a run or a checkpoint.
  /// - Throws: ``RunError`` if it is of no system whose HOG can be shown, or predicts something else.
  public init(from path: String, _ options: WeightsOptions = WeightsOptions()) throws {
    let run = try OpenedRun(
      path, options,
      refusal: "is no run and no checkpoint of maskfeat or videomae, whose HOG can be shown. Name one that is."
    ) { $0 as? any PreviewableSystem.Type }
    let system = try run.kind.init(run.request)
    guard let hog = try system.hogPredictions() else {
      throw RunError(
        .weights, "\(path) predicts no HOG; only predicted HOG can be shown here. 'sluice show tokens' shows tokens.")
    }
    (predictions, images) = (hog.pipeline, MaskImages(hog.target))
    try run.load(into: system)
  }

  /// Masked input, predicted HOG and frame of the middle of a video, a row for each frame with a target.
  /// - Parameter seed: of the mask.
  /// - Throws: what is wrong with the video.
  public func rows(of file: String, seed: UInt64 = 0) async throws -> [Image] {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file)]))
    return try await parts(of: clips, seed: seed).flatMap { $0.frames.map { .row($0) } }
  }

  /// The middle of each clip as the network reads it, and masked input, predicted HOG and frame of every frame with a
  /// target.
  /// - Parameter seed: of the masks.
  /// - Throws: what is wrong with a clip.
  func parts(of clips: Clips, seed: UInt64 = 0) async throws -> [(masked: MaskedClip, frames: [[Image]])] {
    var found: [(masked: MaskedClip, frames: [[Image]])] = []
    for try await (sample, output) in predictions(clips).run(RunOptions(seed: seed, maxFailures: 0)) {
      found.append((sample.masked, images.parts(of: sample, prediction: output)))
    }
    return found
  }
}

/// What predicts HOG, and of what.
struct HOGPredictions {
  let target: HOGTarget
  /// The middle of each clip, masked, and what the network predicts of it, `[1, N, W]`.
  let pipeline: @Sendable (Clips) -> Pipeline<(sample: MaskedSample<HOGTargets>, output: Tensor)>
}

/// A system of masked pre-training with its types sealed.
protocol PreviewableSystem: TrainingSystem {
  /// The network's predictions of HOG; `nil` if it predicts something else.
  func hogPredictions() throws -> HOGPredictions?
}

extension MaskedPretraining: PreviewableSystem {
  func hogPredictions() throws -> HOGPredictions? {
    let (configuration, backbone) = (configuration, backbone)
    guard configuration.recipe.target == .hog else { return nil }
    let target = try configuration.recipe.hogTarget(patchSize: configuration.network.tokenSize.height)
    return HOGPredictions(target: target) { clips in
      Pipeline("preview") {
        configuration.middles(of: clips)
        target
          .map { sample in (sample: sample, output: try backbone.prediction(ofOne: sample.masked)) }
      }
    }
  }
}

extension MaskedConfiguration {
  /// The middle of each clip, masked, with its 8-bit crop; only the mask is drawn.
  func middles(of clips: Clips, viewDivisor: Int = 1) -> Segment<Never, MaskedClip> {
    Segment {
      clips
      recipe.frames.sampling(count: network.frameCount, window: .center)
      Decode()
      recipe.clips.augment(recipe.clips.centered(size: network.imageSize), keepsPixels: true)
      masking(viewDivisor: viewDivisor)
    }
  }
}

extension MaskedBackbone {
  /// What it predicts of one masked clip, `[1, N, W]`, without gradients.
  func prediction(ofOne masked: MaskedClip) throws -> Tensor {
    let values = masked.clip.values
    return try withoutGradients {
      try prediction(
        of: values.reshaped([1] + values.shape.dimensions), hidden: masked.mask.values, .evaluation)
    }
  }
}
