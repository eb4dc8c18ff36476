internal import SluiceAugment
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceModels
internal import SluiceOptimize
internal import SluiceSamples
internal import SluiceText
public import SluiceTraining
internal import SluiceWords

/// SimVTP's fine-tuning for retrieval: one tower for videos and one for texts, both begun with a pre-trained encoder, learn to
/// bring a video near to its captions.
///
/// The small network comes with a recipe for small sets; `--set model.preset=base` brings the published one.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct SimVTPFineTuning: RetrievingSystem {
  public static let name: String = "simvtp-finetune"
  public static let summary: String = "two towers find videos by captions and captions by videos, best after simvtp"
  public static let ownOptions: Set<String> = ["--vocab"]

  public let configuration: VideoTextConfiguration<SimVTPFineTuningDeclaration>
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let retrieval: Retrieval
  private let network: SimVTPTowers
  private let input: VideoTextInput

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }
  public var keptFiles: [String: String] { input.keptFiles }
  public var fixedParts: [String: String] { input.fixedParts }
  public var notes: [String] { input.clips.notes }
  public func readingNotes() -> [String] { input.clips.warnings.notes }

  public init(_ configuration: VideoTextConfiguration<SimVTPFineTuningDeclaration>, _ request: RunRequest) throws {
    let (recipe, settings) = (configuration.recipe, configuration.network)
    try recipe.check(textPositions: settings.textPositions)
    let input = try VideoTextInput(request, share: recipe.share)
    let network = try SimVTPTowers(settings.network(vocabularySize: input.vocabularySize))
    let words: Words<Clip> = recipe.words(of: input.vocabulary)
    let collate: Collate<TextSample<Clip>, ClipTextBatch> = Collate(
      padding: input.vocabulary.padding, to: recipe.textWidth)
    let augment = recipe.clips.augment(recipe.clips.operations(size: settings.imageSize), keepsPixels: false)
    let optimize = Optimize(
      network.parameters, recipe.optimizer.configuration, accumulation: recipe.optimizer.accumulation)
    (self.configuration, self.network, self.input) = (configuration, network, input)
    trainable = optimize.state
    retrieval = Retrieval(
      network, recipe.frames, recipe.clips, frameCount: settings.video.frameCount, imageSize: settings.imageSize,
      TextEncoding(padding: input.vocabulary.padding, to: recipe.textWidth) { caption in
        words.tokenizer.ids(of: caption, maximumLength: recipe.maximumTextLength)
      }, batchSize: recipe.optimizer.batchSize)
    pipeline = Pipeline(Self.name) {
      input.clips.shuffled()
      recipe.frames.sampling(count: settings.video.frameCount)
      Decode().workers(2)
      augment.workers(2).buffer(4)
      words
        .batch(recipe.optimizer.batchSize)
      collate
      Step {
        Forward(RetrievalModel(network))
        Loss(ContrastiveObjective(contrast: recipe.contrast))
        optimize
      }
    }
  }

  public func datasets() throws -> [String: DatasetManifest] { try input.datasets() }

  public var acceptedWeights: AcceptedWeights {
    var accepted = AcceptedWeights(of: [Self.name, SimVTPPretraining.name], layouts: network.layouts)
    accepted.objection = input.objection
    return accepted
  }
}

/// The recipes of ``SimVTPFineTuning``.
public enum SimVTPFineTuningDeclaration: VideoTextDeclaration {
  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// MSR-VTT: 100 epochs, updates of eight batches of eight pairs. The published decay of rates from layer to layer had
    /// no effect, and so is none here.
    case msrvtt
  }

  public static let isTuning: Bool = true

  public static func preset(for network: SimVTPSettings) -> Preset { network.preset == .quick ? .quick : .msrvtt }

  public static func adapt(_ network: inout SimVTPSettings, to preset: Preset) {
    network.video.dropPathRate = preset == .msrvtt ? 0.1 : 0
  }

  public static func recipe(_ preset: Preset) -> VideoTextRecipe {
    var recipe = preset == .quick ? quick : msrvtt
    (recipe.losses, recipe.clips.statistics) = (.vtc, .imagenet)
    return recipe
  }

  /// Nothing is mirrored: captions say where and whither.
  private static var quick: VideoTextRecipe {
    var recipe = VideoTextRecipe(learningRate: 0.016, batchSize: 16, epochs: 30)
    (recipe.optimizer.course, recipe.optimizer.warmup) = (.cosineSteps, .fraction(0.1))
    (recipe.optimizer.clip, recipe.clips.flip, recipe.clips.cropping) = (.global(1), 0, .multiScale)
    return recipe
  }

  private static var msrvtt: VideoTextRecipe {
    var recipe = VideoTextRecipe(learningRate: 3e-4, batchSize: 8, epochs: 100)
    (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.accumulation) = (.cosineTable, 5, 8)
    (recipe.optimizer.minimumRate, recipe.optimizer.scalesMinimum) = (1e-6, true)
    (recipe.clips.colors, recipe.clips.erasing, recipe.clips.shortSide) = (.increasing, 0.25, 224)
    (recipe.clips.resampling, recipe.clips.evaluationResampling) = (.floatBilinear, .openCVBilinear)
    recipe.frames.spacing = .inclusive
    return recipe
  }
}
