internal import SluiceAugment
public import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceSample
internal import SluiceSamples
public import SluiceTraining

/// A network that finds videos by texts and texts by videos, and how its clips and texts are made.
public struct Retrieval: Sendable {
  public let towers: any RetrievalTowers
  public let frames: FrameRecipe
  public let clips: ClipRecipe
  /// Frames of a clip.
  public let frameCount: Int
  /// Height and width of a clip, pixels.
  public let imageSize: Int
  public let text: TextEncoding
  /// Videos whose texts are padded together, and views that are in the network at once.
  public let batchSize: Int
  /// How results were measured by the authors of the recipe.
  public var test: PublishedTest = .simVTP
  /// What is read of each video between epochs.
  public var validation: EvaluationViews = EvaluationViews(windows: 3, crops: .three, geometry: .published)

  public init(
    _ towers: any RetrievalTowers, _ frames: FrameRecipe, _ clips: ClipRecipe, frameCount: Int, imageSize: Int,
    _ text: TextEncoding, batchSize: Int
  ) {
    (self.towers, self.frames, self.clips, self.text) = (towers, frames, clips, text)
    (self.frameCount, self.imageSize, self.batchSize) = (frameCount, imageSize, max(1, batchSize))
  }

  /// The views by which the authors of the recipe measured its results.
  ///
  /// One window is all there is of frames that are spread over the whole video.
  public var publishedViews: EvaluationViews { fitting(test.views) }

  /// The views that are read of each video between epochs.
  public var validationViews: EvaluationViews { fitting(validation) }

  private func fitting(_ views: EvaluationViews) -> EvaluationViews {
    var views = views
    if frames.hasOneWindow { views.windows = 1 }
    return views
  }

  /// The comparison of all videos of a set with all its captions.
  ///
  /// Views of a video are averaged before anything is normalized; each caption is embedded once. Videos that fail are
  /// dropped with their captions, counted and named.
  /// - Throws: ``RunError`` for views that cannot be; ``DatasetListError`` that names the first video without a caption, or
  ///   two that cannot be told apart.
  public func evaluation(
    on clips: Clips, views: EvaluationViews = EvaluationViews(), options: Set<EvaluationOption> = []
  ) throws -> Evaluation {
    try check(views)
    let texts = try RetrievalTexts(
      of: clips, text, batchSize: batchSize, isAlone: options.contains(.textAlone))
    return Evaluation(
      features(of: clips, texts, views),
      RetrievalEvaluator(texts, viewCount: views.count, hasDualSoftmax: options.contains(.dualSoftmax)),
      sampleCount: clips.count)
  }

  /// From videos to features.
  func features(
    of clips: some Source<ClipHandle>, _ texts: RetrievalTexts, _ views: EvaluationViews
  ) -> Pipeline<Prediction<RetrievalBatch, RetrievalFeatures>> {
    let model = ViewTowers(towers: towers, viewsAtOnce: batchSize)
    let test = views.geometry == .published ? test : nil
    var frames = frames
    frames.spacing = test?.spacing ?? frames.spacing
    let crops = self.clips.views(views.crops, size: imageSize, test)
    return Pipeline("evaluate") {
      clips
      frames.sampling(count: frameCount, window: test?.window ?? .center, windows: views.windows)
      Decode().workers(2)
      crops
      SplitViews(windows: views.windows, classCount: nil)
        .batch(max(1, batchSize / views.count))
      Collate(viewCount: views.count, texts)
      Evaluate(model)
    }
  }

  private func check(_ views: EvaluationViews) throws(RunError) {
    try frames.check(views)
    guard views.average == .score else {
      throw RunError(
        .configuration, "--average prob: retrieval averages features, which are no probabilities. Leave the option out."
      )
    }
  }
}

extension PublishedTest {
  /// Fifteen windows from the first frame to the last one, three crops each, features averaged.
  /// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022, its test of MSR-VTT.
  public static let simVTP: PublishedTest = {
    var test = PublishedTest.videoMAE
    (test.windows, test.average) = (15, .score)
    return test
  }()
}
