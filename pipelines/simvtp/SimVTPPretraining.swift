internal import SluiceAugment
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceMask
internal import SluiceModels
public import SluiceNN
internal import SluiceOptimize
internal import SluiceSamples
internal import SluiceText
internal import SluiceTokenize
public import SluiceTraining
internal import SluiceWords

/// SimVTP's pre-training: an encoder of videos and texts predicts the pixels of hidden tubes and the words that are hidden of
/// captions, and learns which of them belong together.
///
/// Without being told otherwise it trains the small network of VideoMAE's pre-training; `--set model.preset=base` is the
/// published one with its recipe.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct SimVTPPretraining: TrainingSystem {
  public static let name: String = "simvtp"
  public static let summary: String = "SimVTP predicts hidden tubes of videos and hidden words of their captions"
  public static let ownOptions: Set<String> = ["--vocab"]
  /// VideoMAE's, and BERT's.
  public static let weightFileLimit: Int = 2

  public let configuration: VideoTextConfiguration<SimVTPDeclaration>
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let hidingCosts: [HidingCost]
  let network: SimVTP
  let input: VideoTextInput

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }
  public var keptFiles: [String: String] { input.keptFiles }
  public var fixedParts: [String: String] { input.fixedParts }
  public var notes: [String] { input.clips.notes }
  public func readingNotes() -> [String] { input.clips.warnings.notes }

  public init(_ configuration: VideoTextConfiguration<SimVTPDeclaration>, _ request: RunRequest) throws {
    let (recipe, settings) = (configuration.recipe, configuration.network)
    try recipe.check(textPositions: settings.textPositions)
    let input = try VideoTextInput(request, share: recipe.share)
    let network = try SimVTP(settings.network(vocabularySize: input.vocabularySize))
    let grid = settings.video.tokenGrid
    let hidden = try recipe.hiddenCount(of: grid.height * grid.width)
    let width =
      try recipe.textWidth
      ?? input.textWidth(of: recipe.optimizer.batchSize, maximumLength: recipe.maximumTextLength)
    hidingCosts = configuration.costs(hiding: hidden * grid.time, words: width)
    let model = VideoTextModel(network, losses: recipe.losses, negatives: recipe.negatives)
    let target = configuration.pixelTarget
    let words: Words<MaskedSample<PixelTargets>> = recipe.words(of: input.vocabulary)
    let mask: WordMask<MaskedSample<PixelTargets>> = recipe.wordMask(of: input.vocabulary)
    let collate: Collate<MaskedPair, VideoTextBatch> = Collate(
      padding: input.vocabulary.padding, to: recipe.textWidth)
    let augment = recipe.clips.augment(recipe.clips.operations(size: settings.imageSize), keepsPixels: true)
    let optimize = Optimize(
      model.parameters, recipe.optimizer.configuration, accumulation: recipe.optimizer.accumulation)
    (self.configuration, self.network, self.input) = (configuration, network, input)
    trainable = optimize.state
    pipeline = Pipeline(Self.name) {
      input.clips.shuffled()
      recipe.frames.sampling(count: settings.video.frameCount)
      Decode().workers(2)
      augment.workers(2).buffer(4)
      configuration.masking
      target
      words
      mask
        .batch(recipe.optimizer.batchSize)
      collate
      Step {
        Forward(model)
        Loss(VideoTextObjective(contrast: recipe.contrast))
        optimize
      }
    }
  }

  public func datasets() throws -> [String: DatasetManifest] { try input.datasets() }

  public var acceptedWeights: AcceptedWeights {
    // VideoMAE may have been trained for other targets.
    var accepted = AcceptedWeights(
      of: [Self.name, VideoMAEDeclaration.name], layouts: network.layouts, head: .parameters("decoder.head.*"))
    accepted.objection = input.objection
    return accepted
  }
}

extension VideoTextConfiguration {
  /// The stage that hides tubes.
  var masking: TubeMask {
    TubeMask(
      ratio: recipe.maskRatio, tubeletSize: network.video.tubeletSize, patchSize: network.video.patchSize)
  }
}

/// The recipes of ``SimVTPPretraining``.
public enum SimVTPDeclaration: VideoTextDeclaration {
  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small networks on small sets.
    case quick
    /// WebVid: 200 epochs, updates of 64 batches of 16 pairs.
    case webvid
  }

  public static let isTuning: Bool = false

  public static func preset(for network: SimVTPSettings) -> Preset { network.preset == .quick ? .quick : .webvid }

  public static func recipe(_ preset: Preset) -> VideoTextRecipe {
    var recipe = VideoTextRecipe(learningRate: 1.5e-4, batchSize: 16, epochs: 200)
    (recipe.clips.flip, recipe.clips.statistics) = (0, .imagenet)
    (recipe.clips.cropping, recipe.clips.resampling) = (.multiScale, .pillowBilinear)
    (recipe.frames.spacing, recipe.optimizer.secondBeta) = (.strided, 0.95)
    switch preset {
    case .quick:
      (recipe.optimizer.learningRate, recipe.optimizer.epochs, recipe.optimizer.course) = (0.016, 30, .cosineSteps)
      (recipe.optimizer.warmup, recipe.optimizer.clip) = (.fraction(0.1), .global(1))
    case .webvid:
      (recipe.optimizer.course, recipe.optimizer.warmup, recipe.optimizer.accumulation) = (.cosineTable, 40, 64)
      (recipe.optimizer.minimumRate, recipe.optimizer.scalesMinimum) = (1e-5, true)
    }
    return recipe
  }
}
