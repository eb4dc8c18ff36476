internal import SluiceAugment
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceSample
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

extension FineTuning {
  /// The classifier on labeled clips: a pipeline of its own beside that of training.
  ///
  /// ```swift
  /// let evaluation = tuning.evaluation(on: clips, views: EvaluationViews(crops: .three))
  /// let outcome = try await evaluation.run()
  /// print(outcome?.findings["top1"] ?? 0)
  /// ```
  /// Frames are spaced as in training, or as the recipe's authors tested, and colors normalized as in training; nothing is
  /// drawn at random but the window of recipes that validate so, and that is the same each time. Clips that fail are
  /// dropped, counted and named.
  public func evaluation(
    on clips: some Source<ClipHandle>, views: EvaluationViews = EvaluationViews()
  ) -> Evaluation {
    Evaluation(
      predictions(on: clips, views: views, isLabeled: true),
      ClassificationEvaluator(classCount: classifier.classCount, classes: classes, average: views.average),
      sampleCount: clips.count)
  }

  /// The views by which the recipe's authors measured its results.
  ///
  /// One window is all there is of frames that are spread over the whole video.
  public var publishedViews: EvaluationViews {
    var views = recipe.test.views
    if recipe.frames.hasOneWindow { views.windows = 1 }
    return views
  }

  /// - Throws: ``RunError`` if several windows would all have the same frames.
  func check(_ views: EvaluationViews) throws(RunError) { try recipe.frames.check(views) }

  /// From clips to logits, a row per sample; the views of a sample are averaged as `views` says.
  /// - Parameter isLabeled: whether a clip without a class fails.
  public func predictions(
    on clips: some Source<ClipHandle>, views: EvaluationViews = EvaluationViews(), isLabeled: Bool
  ) -> Pipeline<Prediction<ViewBatch, Tensor>> {
    let model = ViewClassifier(classifier: classifier, average: views.average)
    let labels = isLabeled ? classifier.classCount : nil
    let test = views.geometry == .published ? recipe.test : nil
    var frames = recipe.frames
    frames.spacing = test?.spacing ?? frames.spacing
    // What is predicted of a video, and what several windows are averaged to, does not hang on a draw.
    let isDrawn = isLabeled && views.windows == 1 && recipe.validation == .random
    let window = test?.window ?? (isDrawn ? .random : .center)
    let crops = recipe.clips.views(views.crops, size: classifier.imageSize, test)
    let batchSize = max(1, recipe.optimizer.batchSize / views.count)
    return Pipeline("evaluate") {
      clips
      frames.sampling(count: classifier.frameCount, window: window, windows: views.windows)
      Decode().workers(2)
      crops
      SplitViews(windows: views.windows, classCount: labels)
        .batch(batchSize)
      Collate(viewCount: views.count)
      Evaluate(model)
    }
  }
}

extension FrameRecipe {
  /// Whether all windows of a sample have the same frames.
  var hasOneWindow: Bool { choice == .segments && bounds == .shared }

  /// - Throws: ``RunError`` if several windows would all have the same frames.
  func check(_ views: EvaluationViews) throws(RunError) {
    guard views.windows > 1, hasOneWindow else { return }
    throw RunError(
      .configuration,
      "\(views.windows) windows: frames are spread over the whole video (recipe.frames=segments, segmentFrames.bounds=shared), "
        + "so that all windows have the same ones. Take one window.")
  }
}

extension ClipRecipe {
  /// The crops of each frame where nothing is drawn at random.
  /// - Parameters:
  ///   - size: height and width of a crop, pixels.
  ///   - test: the published test that they are of; `nil`: as between epochs.
  func views(
    _ crops: EvaluationViews.Crops, size: Int, _ test: PublishedTest? = nil
  ) -> Segment<DecodedClip, [Clip]> {
    let resize = AugmentOperation.shortSide(
      test?.isTight == true ? size : resized(to: size), resampling: evaluationResampling.linear, rounding: sideRounding)
    switch crops {
    case .center:
      let whole = augment(centered(size: size), keepsPixels: false)
      return Segment {
        whole.workers(2)
          .map { [$0] }
      }
    case .five, .ten:
      let whole = augment([resize], keepsPixels: false)
      return Segment { AugmentViews(whole, crops.operations(size: size)).workers(2) }
    case .three:
      func side(_ side: SideCrop, _ index: Int) -> Augment {
        let crop: AugmentOperation =
          if cropping == .resizedTwice {
            spacedCrop(size, index: index)
          } else if test?.crops == .alongLongSide {
            .longSideCrop(size, index: index, of: 3)
          } else {
            .sideCrop(size, side)
          }
        return augment([resize, crop], keepsPixels: false)
      }
      let (left, right, center) = (side(.left, 0), side(.right, 2), side(.center, 1))
      return Segment {
        Fork {
          left
          right
          center
        } join: { (_: DecodedClip, left: Clip, right: Clip, center: Clip) in
          [left, right, center]
        }
      }
    }
  }
}

extension Resampling {
  /// The same arithmetic with two neighbors on each axis: what several crops of a frame are resized by.
  fileprivate var linear: Resampling {
    switch self {
    case .bicubic: .bilinear
    case .antialiasedBicubic: .antialiasedBilinear
    case .pillowBicubic: .pillowBilinear
    case .bilinear, .antialiasedBilinear, .floatBilinear, .pillowBilinear, .openCVBilinear: self
    }
  }
}
