public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceModels
public import SluiceNN
internal import SluiceOptimize
internal import SluicePlatform
internal import SluiceSamples
public import SluiceTraining

/// BIKE's attributes branch: sentences of what another network saw in videos are compared with the names of classes.
///
/// The text tower of a CLIP stays as it is, and two small networks behind it learn.
///
/// No video is read. What it gives each class is averaged with what the video branch gives: see `sluice eval bike --fuse`.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, section 3.2; the released `train_attributes.py`.
public struct AttributesTraining: TrainingSystem {
  public static let name: String = "bike-attributes"
  public static let summary: String = "BIKE's second branch classifies videos by phrases about them, from 'attributes'"
  public static let ownOptions: Set<String> = ["--clip", "--merges", "--attributes", "--val-attributes"]

  public let configuration: AttributesConfiguration
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let fixedParts: [String: String]
  private let model: AttributesModel
  private let input: BIKEInput

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }
  public var classes: ClassMap { input.classes }
  public var keptFiles: [String: String] { input.keptFiles }
  public var notes: [String] { input.notes }

  public init(_ configuration: AttributesConfiguration, _ request: RunRequest) throws {
    let recipe = configuration.recipe
    try recipe.optimizer.check()
    let input = try BIKEInput(request, readsFiles: false)
    let clip = try CLIP(input.towers.configuration)
    let head = SentenceHead(width: input.towers.configuration.embedding, beside: clip)
    let model = AttributesModel(clip, head, prompts: input.prompts)
    let attributes = try request.attributes(of: input.clips)
    let sentences = try AttributeSentences(
      input.clips, attributes, input.towers.prompter, phraseCount: recipe.phraseCount)
    let collate = Collate<SentenceSample, SentenceBatch> { samples, _ in SentenceBatch(joining: samples) }
    let optimize = Optimize(
      model.parameters, recipe.optimizer.configuration, accumulation: recipe.optimizer.accumulation)
    (self.configuration, self.model, self.input) = (configuration, model, input)
    fixedParts = input.towers.fixedParts.merging(["attributes": attributes.identity]) { $1 }
    trainable = optimize.state
    pipeline = Pipeline(Self.name) {
      sentences.shuffled()
        .batch(recipe.optimizer.batchSize)
      collate
      Step {
        Forward(model)
        Loss(PairObjective<SentenceBatch>(PairLoss(recipe.loss)))
        optimize
      }
    }
  }

  public func datasets() throws -> [String: DatasetManifest] { try input.datasets() }

  public func loadParts(_ options: WeightsOptions) throws -> [(weights: InitialWeights, report: LoadReport)] {
    try input.towers.load(into: model.clip, BIKENetworkSettings(), options)
  }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(of: [Self.name], layouts: [BIKELayouts.checkpoint(head: SentenceHead.name)])
  }

  public func evaluation(on paths: [String], _ request: RunRequest, views: EvaluationViews) throws -> Evaluation? {
    guard views.count == 1 else {
      throw RunError(
        .configuration,
        "\(views.count) views: \(Self.name) reads sentences about videos, and no videos. Leave --windows and --crops out."
      )
    }
    var own = request
    own.classNumbering = .rows
    var space = ClassSpace(
      map: try own.classMap() ?? input.classes, count: input.prompts.count,
      origin: own.classesOrigin ?? "the training data")
    space.listNames = own.listNames
    let clips = try own.clips(of: paths, classes: space, wanting: .one) { list in
      // Between epochs the list is read as that of training.
      request.validation == paths ? try list.removingShort() : list
    }
    guard clips.count > 0 else {
      throw RunError(.data, "no data: name a list file or shards with --data, 'path label' on each line.")
    }
    guard let path = try request.validationAttributes ?? request.attributes ?? keptAttributes(request, paths) else {
      throw RunError(
        .configuration,
        "no attributes: name the phrases about these videos, a file of 'sluice attributes', by --val-attributes in training and "
          + "by --attributes in 'eval'.")
    }
    let sentences = try AttributeSentences(
      clips, try AttributesFile(contentsOf: path), input.towers.prompter,
      phraseCount: configuration.recipe.phraseCount)
    var evaluation = model.evaluation(
      on: sentences, input.classes, batchSize: max(1, min(configuration.recipe.optimizer.batchSize, 64)))
    evaluation.dataset = { try clips.manifest() }
    evaluation.notes = clips.notes
    return evaluation
  }
}

extension AttributesTraining {
  /// The phrases about the validation of the run that is evaluated on it; `nil` if it is evaluated on other lists.
  private func keptAttributes(_ request: RunRequest, _ paths: [String]) throws -> String? {
    guard let run = request.from,
      let stored = try StoredModel(opening: run, request.weights.checkpoint ?? .best)?.request,
      stored.validation == paths
    else { return nil }
    return stored.validationAttributes
  }
}

extension RunRequest {
  /// The phrases about clips that are trained on.
  /// - Throws: ``RunError`` if there are clips, and nobody named a file.
  fileprivate func attributes(of clips: Clips) throws -> AttributesFile {
    if let attributes, clips.count > 0 { return try AttributesFile(contentsOf: attributes) }
    guard clips.count == 0 else {
      throw RunError(
        .configuration,
        "no attributes: name the phrases about the videos by --attributes. 'sluice attributes LIST --lexicon words.txt --clip FILE "
          + "--out attributes.json' makes them.")
    }
    return try AttributesFile([], origin: "no attributes")
  }
}

extension AttributesFile {
  /// What tells it from others: `320 videos, 1a2b3c4d5e6f7a8b`.
  fileprivate var identity: String {
    "\(paths.count) videos, \(SHA256.hexadecimal(of: Array(json.utf8)).prefix(16))"
  }
}
