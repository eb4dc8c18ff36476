internal import SluiceAugment
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceNN
internal import SluiceSample
public import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// Judges a classifier on labelled clips, or says what it sees in others: a pipeline of its own beside that of training.
///
/// ```swift
/// let evaluation = Evaluation(of: tuning, on: clips, views: EvaluationViews(crops: .three))
/// let result = try await evaluation.result()
/// print(result.counts.top1, result.counts.recall(ofClass: 3) ?? 0)
/// ```
/// Frames are spaced and colours normalised as in training; nothing is drawn at random. Clips that fail are dropped,
/// counted and named.
public struct Evaluation: Sendable {
  /// From the clips to predictions; its settings may be changed.
  public var pipeline: Pipeline<Prediction<ClipViews>>
  public let views: EvaluationViews
  /// The classes by name; empty where only numbers are known.
  public let classes: ClassMap
  /// Samples there are.
  public let sampleCount: Int
  let classCount: Int

  /// Declares the evaluation of what `tuning` trains.
  /// - Parameters:
  ///   - clips: what it is judged on, once each.
  ///   - training: the pipeline it is trained by, where its settings are others than the recipe's.
  ///   - isLabelled: whether the clips have classes to compare with.
  public init(
    of tuning: FineTuning, on clips: some Source<ClipHandle>, views: EvaluationViews = EvaluationViews(),
    like training: Pipeline<StepReport>? = nil, isLabelled: Bool = true
  ) {
    self.views = views
    classes = tuning.classes
    sampleCount = clips.count
    let model = ViewClassifier(classifier: tuning.classifier)
    let labels = isLabelled ? tuning.classifier.classCount : nil
    classCount = tuning.classifier.classCount
    let (frames, augment) = tuning.reading(like: training, windows: views.windows)
    let crops = Evaluation.crops(
      views.crops, size: tuning.classifier.imageSize, tuning.recipe.clips, augment)
    let batchSize = max(1, tuning.recipe.batchSize / views.count)
    pipeline = Pipeline("evaluate") {
      clips
      frames
      Decode().workers(2)
      crops
      SplitViews(windows: views.windows, classCount: labels)
        .batch(batchSize)
      Evaluate(model)
    }
  }

  /// The crops of each picture, and everything else as `augment` does it.
  private static func crops(
    _ crops: EvaluationViews.Crops, size: Int, _ recipe: ClipRecipe, _ augment: Augment
  ) -> Segment<DecodedClip, [Clip]> {
    let side = recipe.resized(to: size)
    func augmenting(_ operations: [AugmentOperation]) -> Augment {
      var copy = augment
      copy.operations = operations
      return copy
    }
    switch crops {
    case .center:
      let whole = augmenting(recipe.centered(size: size))
      return Segment {
        whole.workers(2)
          .map { [$0] }
      }
    case .three:
      let resize = AugmentOperation.shortSide(side, filter: .bilinear, antialias: recipe.antialias)
      let left = augmenting([resize, .sideCrop(size, .left)])
      let right = augmenting([resize, .sideCrop(size, .right)])
      let center = augmenting([resize, .sideCrop(size, .center)])
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

extension FineTuning {
  /// How clips are made when nothing is drawn at random: frames as in training, from the middle of each window.
  /// - Parameter training: the pipeline it is trained by, where its settings are others than the recipe's.
  func reading(
    like training: Pipeline<StepReport>? = nil, windows: Int = 1
  ) -> (Segment<ClipHandle, FrameSelection>, Augment) {
    let stages = (training ?? pipeline).stages
    var augment = stages.lazy.compactMap { $0 as? Augment }.first ?? Augment()
    augment.keepsPixels = false
    if var still = stages.lazy.compactMap({ $0 as? StillFrame }).first {
      (still.window, still.windows) = (.center, windows)
      return (Segment { still }, augment)
    }
    var dense = stages.lazy.compactMap { $0 as? DenseFrames }.first ?? DenseFrames()
    (dense.window, dense.windows) = (.center, windows)
    return (Segment { dense }, augment)
  }
}
