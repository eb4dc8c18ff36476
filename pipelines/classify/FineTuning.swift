internal import SluiceAugment
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceNN
internal import SluiceOptimize
internal import SluiceSample
public import SluiceSamples
public import SluiceTraining

/// Training of a classifier on labelled clips: the declared pipeline of all fine-tuning systems.
///
/// ```swift
/// let model = VideoClassifier(try Classifier(MViT(.demo), classCount: 8))
/// let tuning = FineTuning("demo", model, .motion, clips: data.clips, classes: data.classes)
/// for try await report in tuning.pipeline.run(RunOptions(steps: 150)) { … }
/// ```
public struct FineTuning: Sendable {
  public let classifier: VideoClassifier
  public let recipe: FineTuningRecipe
  /// The classes by name; empty where only numbers are known.
  public let classes: ClassMap
  /// What is odd about the data though it can be trained on.
  public internal(set) var notes: [String] = []
  /// From the data to the optimiser's steps.
  public let pipeline: Pipeline<StepReport>

  /// Declares the training of `classifier`.
  public init(
    _ name: String, _ classifier: VideoClassifier, _ recipe: FineTuningRecipe, clips: some Source<ClipHandle>,
    classes: ClassMap = ClassMap(numbers: [:])
  ) {
    self.classifier = classifier
    self.recipe = recipe
    self.classes = classes
    let classCount = classifier.classCount
    var augment = Augment(normalization: recipe.clips.normalization, keepsPixels: false)
    augment.operations = recipe.clips.operations(size: classifier.imageSize)
    let (augmenting, smoothing) = (augment, recipe.labelSmoothing)
    pipeline = Pipeline(name) {
      clips.shuffled()
      if recipe.frames == .still {
        StillFrame(count: classifier.frameCount)
      } else {
        DenseFrames(count: classifier.frameCount, stride: recipe.frameStride)
      }
      Decode().workers(2)
      augmenting.workers(2).buffer(4)
      SingleLabel(classCount: classCount)
        .batch(recipe.batchSize)
      if recipe.mixes {
        Mix(Mixup(classCount: classCount, labelSmoothing: smoothing ?? 0.1))
      }
      Step {
        Forward(classifier)
        Loss(CrossEntropy(smoothing: recipe.mixes ? 0 : smoothing ?? 0))
        Optimize(recipe.optimizer, accumulation: recipe.accumulation)
      }
    }
  }
}

extension FineTuningRecipe {
  /// The optimiser at the rate of the clips of one update.
  var optimizer: OptimizerConfiguration {
    let peak = learningRate * Double(batchSize * accumulation) / 256
    let schedule = course.schedule(peak: peak, warmup: warmup, minimum: minimumRate)
    let decay = DecaySchedule.constant(weightDecay)
    let groups: GroupRule = layerDecay == 1 ? .plain : .layerDecay(layerDecay)
    return switch method {
    case .adamW: .adamW(schedule, weightDecay: decay, clip: clip, groups: groups)
    case .sgd: .sgd(schedule, weightDecay: decay, clip: clip, groups: groups)
    }
  }
}

extension FineTuningRecipe.Course {
  /// The rates of a run.
  func schedule(peak: Double, warmup: Warmup, minimum: Double) -> Schedule {
    switch self {
    case .cosine: .cosine(peak: peak, warmup: warmup, minimum: minimum)
    case .cosineSteps: .cosine(peak: peak, warmup: warmup, minimum: minimum, per: .step)
    case .multistep: .multistep(peak, milestones: [5, 11])
    case .constant: .constant(peak, warmup: warmup)
    case .fractionalCosine: .fractionalCosine(peak: peak, warmup: warmup, minimum: minimum)
    }
  }
}
