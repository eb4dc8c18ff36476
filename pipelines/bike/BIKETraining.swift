internal import SluiceAugment
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceModels
public import SluiceNN
internal import SluiceOptimize
internal import SluiceSamples
public import SluiceTraining

/// BIKE's video branch: the towers of a CLIP, and a head by which the words of a class's name say how much each frame counts,
/// learn to bring a video near to the name of its class.
///
/// Any words classify videos then. The recipe for small sets and towers is the usual one; `--set recipe.preset=k400` brings
/// that of Kinetics-400.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023.
public struct BIKETraining: VideoTextClassifying {
  public static let name: String = "bike"
  public static let summary: String = "BIKE tunes CLIP's towers until videos are near to the names of their classes"
  public static let ownOptions: Set<String> = ["--clip", "--merges"]

  public let configuration: BIKEConfiguration
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let videoText: VideoTextClassifier
  let model: BIKEModel
  let clipRecipe: BIKEClipRecipe
  let input: BIKEInput

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }
  public var classes: ClassMap { input.classes }
  public var keptFiles: [String: String] { input.keptFiles }
  public var fixedParts: [String: String] { input.towers.fixedParts }
  public var notes: [String] { input.notes }

  public func readingNotes() -> [String] { input.clips.warnings.notes }

  public init(_ configuration: BIKEConfiguration, _ request: RunRequest) throws {
    let (recipe, settings) = (configuration.recipe, configuration.network)
    try recipe.optimizer.check()
    let template = recipe.imageTemplate == BIKERecipe.noTemplate ? nil : recipe.imageTemplate
    let input = try BIKEInput(request, shot: recipe.shot, imageTemplate: template)
    var towers = settings.towers(input.towers.configuration, frameCount: recipe.clips.frameCount)
    towers.imageSize = recipe.imageSize ?? towers.imageSize
    var clips = recipe.clips
    clips.imageSize = towers.imageSize
    try clips.check()
    let clip = try CLIP(towers)
    let head = try VideoHead(settings.head(of: towers), beside: clip)
    let model = BIKEModel(
      clip, head, prompts: input.prompts, freezesText: settings.freezesText, freezesVideo: settings.freezesVideo)
    let augment = clips.augment(training: true)
    let classCount = input.prompts.count
    let optimize = Optimize(
      model.parameters, recipe.optimizer.configuration, accumulation: recipe.optimizer.accumulation)
    let prompter = input.towers.prompter
    var videoText = VideoTextClassifier(model, clips, input.prompts, batchSize: recipe.optimizer.batchSize) { names in
      try prompter.prompts(of: names)
    }
    videoText.usual = recipe.measure
    videoText.imageTemplate = template
    (self.configuration, self.model, self.input, self.videoText) = (configuration, model, input, videoText)
    clipRecipe = clips
    trainable = optimize.state
    pipeline = Pipeline(Self.name) {
      input.clips.shuffled()
      clips.sampling(training: true)
      Decode().workers(2)
      augment.workers(2).buffer(4)
      SingleLabel(classCount: classCount)
        .batch(recipe.optimizer.batchSize)
      Collate()
      Step {
        Forward(model)
        Loss(PairObjective<LabeledBatch>(PairLoss(recipe.loss)))
        optimize
      }
    }
  }

  public func datasets() throws -> [String: DatasetManifest] { try input.datasets() }

  public func loadParts(_ options: WeightsOptions) throws -> [(weights: InitialWeights, report: LoadReport)] {
    try input.towers.load(into: model.clip, configuration.network, options)
  }

  public func earlierTraining(at path: String) throws -> EarlierTraining {
    let checkpoint = try BIKECheckpoint(opening: path)
    let optimizer = configuration.recipe.optimizer
    let frozen = model.parameters.frozen
    let moments =
      optimizer.method == .sgd
      ? nil : try checkpoint.moments(of: model.parameters.declarations.filter { !frozen.contains($0.name) })
    return EarlierTraining(
      epochs: checkpoint.epochs, samplesPerStep: optimizer.batchSize * optimizer.accumulation,
      optimizer: moments ?? [:],
      note: moments == nil
        ? "\(path): the optimizer's state is of other parameters, or none; its memory begins anew." : nil)
  }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(of: [Self.name], layouts: [BIKELayouts.checkpoint(head: VideoHead.name)])
  }
}

extension BIKENetworkSettings {
  /// The towers of weights, as they are trained.
  func towers(_ towers: CLIPConfiguration, frameCount: Int) -> CLIPConfiguration {
    var towers = towers
    (towers.dropRate, towers.embeddingDropout) = (dropRate, embeddingDropout)
    towers.jointFrames = isJoint ? frameCount : nil
    return towers
  }

  /// The head beside them: as wide as their features, with positions for as many frames as texts have words.
  func head(of towers: CLIPConfiguration) -> VideoHeadConfiguration {
    VideoHeadConfiguration(
      width: towers.embedding, headCount: max(1, towers.textWidth / 64), frameLimit: towers.contextLength,
      temporal: temporal, interaction: interaction)
  }
}
