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
  /// Frames are spaced and colors normalized as in training; nothing is drawn at random. Clips that fail are dropped,
  /// counted and named.
  public func evaluation(
    on clips: some Source<ClipHandle>, views: EvaluationViews = EvaluationViews()
  ) -> Evaluation {
    Evaluation(
      predictions(on: clips, views: views, isLabeled: true),
      ClassificationEvaluator(classCount: classifier.classCount, classes: classes), sampleCount: clips.count)
  }

  /// From clips to logits, a row per sample; the views of a sample are averaged as `views` says.
  /// - Parameter isLabeled: whether a clip without a class fails.
  public func predictions(
    on clips: some Source<ClipHandle>, views: EvaluationViews = EvaluationViews(), isLabeled: Bool
  ) -> Pipeline<Prediction<ViewBatch, Tensor>> {
    let model = ViewClassifier(classifier: classifier, average: views.average)
    let labels = isLabeled ? classifier.classCount : nil
    let crops = recipe.clips.views(views.crops, size: classifier.imageSize)
    let batchSize = max(1, recipe.optimizer.batchSize / views.count)
    return Pipeline("evaluate") {
      clips
      recipe.frames.sampling(count: classifier.frameCount, window: .center, windows: views.windows)
      Decode().workers(2)
      crops
      SplitViews(windows: views.windows, classCount: labels)
        .batch(batchSize)
      Collate(viewCount: views.count)
      Evaluate(model)
    }
  }
}

extension ClipRecipe {
  /// The crops of each frame where nothing is drawn at random.
  /// - Parameter size: height and width of a crop, pixels.
  func views(_ crops: EvaluationViews.Crops, size: Int) -> Segment<DecodedClip, [Clip]> {
    switch crops {
    case .center:
      let whole = augment(centered(size: size), keepsPixels: false)
      return Segment {
        whole.workers(2)
          .map { [$0] }
      }
    case .three:
      let resize = AugmentOperation.shortSide(
        resized(to: size), resampling: evaluationResampling.linear, rounding: sideRounding)
      func side(_ side: SideCrop, _ index: Int) -> Augment {
        let crop = cropping == .resizedTwice ? spacedCrop(size, index: index) : .sideCrop(size, side)
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
