internal import SluiceAugment
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceOptimize
internal import SluiceSample
public import SluiceSamples
public import SluiceTraining

/// Training of a classifier on labeled clips: the declared pipeline of all fine-tuning systems.
///
/// ```swift
/// let model = VideoClassifier(try Classifier(MViT(.demo), classCount: 8))
/// let tuning = FineTuning("demo", model, .small(frameStride: 3), clips: clips)
/// for try await report in tuning.pipeline.run(RunOptions(steps: 150)) { print(report.loss) }
/// ```
public struct FineTuning: Sendable {
  public let classifier: VideoClassifier
  public let recipe: FineTuningRecipe
  /// The classes by name; empty where only numbers are known.
  public let classes: ClassMap
  /// What is odd about the data though it can be trained on.
  public internal(set) var notes: [String] = []
  /// From the data to the optimizer's steps.
  public let pipeline: Pipeline<StepReport>
  /// What the pipeline trains.
  public let trainable: TrainableState

  /// Declares the training of `classifier`.
  public init(
    _ name: String, _ classifier: VideoClassifier, _ recipe: FineTuningRecipe, clips: some Source<ClipHandle>,
    classes: ClassMap = ClassMap(numbers: [:])
  ) {
    self.classifier = classifier
    self.recipe = recipe
    self.classes = classes
    let classCount = classifier.classCount
    let augment = recipe.clips.augment(recipe.clips.operations(size: classifier.imageSize), keepsPixels: false)
    let smoothing = recipe.labelSmoothing
    let optimize = Optimize(
      classifier.parameters, recipe.optimizer.configuration, accumulation: recipe.optimizer.accumulation)
    trainable = optimize.state
    pipeline = Pipeline(name) {
      clips.shuffled()
      recipe.frames.sampling(count: classifier.frameCount)
      Decode().workers(2)
      if recipe.repeats > 1 {
        Repeat<DecodedClip>(recipe.repeats)
      }
      augment.workers(2).buffer(4)
      SingleLabel(classCount: classCount)
        .batch(recipe.optimizer.batchSize * recipe.repeats)
      Collate()
      if recipe.mixes {
        Mix(Mixup(classCount: classCount, labelSmoothing: smoothing ?? 0.1))
      }
      Step {
        Forward(classifier)
        Loss(CrossEntropy(smoothing: recipe.mixes ? 0 : smoothing ?? 0))
        optimize
      }
    }
  }
}
