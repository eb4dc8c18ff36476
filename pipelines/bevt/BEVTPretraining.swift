internal import SluiceAugment
internal import SluiceCheckpoints
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceModels
internal import SluiceNN
internal import SluiceOptimize
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize
public import SluiceTraining

/// BEVT's pre-training: a Video Swin transformer predicts the visual tokens of hidden cells of clips, images or both; pixels
/// or histograms of oriented gradients in their place, if that is asked for.
///
/// Both streams have batches, masks and second views of their own; a step takes a batch of each and makes one update. The
/// clips decide how long an epoch is, and images come round again.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022.
public struct BEVTTraining<Declaration: BEVTDeclaration>: TrainingSystem {
  public static var name: String { Declaration.name }
  public static var summary: String { Declaration.summary }
  public static var ownOptions: Set<String> {
    Declaration.hasClips ? ["--tokenizer", "--images"] : ["--tokenizer"]
  }

  public let configuration: BEVTConfiguration<Declaration>
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let fixedParts: [String: String]
  public let frozenParameters: [String: Int]
  private let network: BEVT
  /// The sets by the names under which they are compared.
  private let sets: [String: Clips]
  private let toleratedFailures: Double

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }

  public init(_ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest) throws {
    let (recipe, network) = (configuration.recipe, configuration.network.network)
    let cell = network.patch.height << (network.depths.count - 2)
    try request.requireUse(ofTokenizerFor: recipe.target)
    switch recipe.target {
    case .tokens:
      let tokenizer = try request.openedTokenizer()
      let model = try BEVT(network, vocabularySize: tokenizer.vocabularySize, readsClips: Declaration.hasClips)
      let streams = Streams(
        recipe: recipe, size: network.imageSize, cell: cell, view: try SecondView(cells: cell, of: tokenizer),
        target: TokenTarget(tokenizer), join: { VisualTokens(joining: $0) }, seed: request.seed ?? 0)
      try self.init(
        configuration, request, model, of: model, streams, TwoStreamObjective(), tokenizer)
    case .hog, .pixels:
      if recipe.target == .hog { try HOG.requireWholeCells(inTokensOf: cell) }
      let target = CellTarget(recipe.target == .hog ? .hog(recipe.hog.target) : .pixels, cellSize: cell)
      let model = try BEVT(network, vocabularySize: target.width, readsClips: Declaration.hasClips)
      let streams = Streams(
        recipe: recipe, size: network.imageSize, cell: cell, view: nil, target: target,
        join: { CellValues(joining: $0) }, seed: request.seed ?? 0)
      try self.init(configuration, request, CellModel(model), of: model, streams, CellRegression(), nil)
    }
  }

  private init<TargetStage: Stage, Target: Sendable, Targets: Sendable>(
    _ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest,
    _ model: some TrainingModel<TwoStreams<MaskedBatch<Targets>>, TwoStreams<Tensor>>, of network: BEVT,
    _ streams: Streams<TargetStage, Target, Targets>,
    _ objective: some Objective<TwoStreams<MaskedBatch<Targets>>, TwoStreams<Tensor>>, _ tokenizer: (any Tokenizer)?
  ) throws {
    let shape = configuration.network.network
    guard shape.imageSize % (2 * streams.cell) == 0 else {
      throw RunError(
        .configuration,
        "model.imageSize=\(shape.imageSize): the decoder wants an even number of cells of \(streams.cell) pixels on a side. "
          + "Choose a multiple of \(2 * streams.cell).")
    }
    var optimizer = configuration.recipe.optimizer
    optimizer.groups = configuration.network.groups(layerDecay: 1)
    let optimize = Optimize(network.parameters, optimizer.configuration, accumulation: optimizer.accumulation)
    let clips = try request.clips(of: request.data)
    let images = try request.images.isEmpty ? nil : request.clips(of: request.images)
    if images != nil || !Declaration.hasClips { try network.requireImages() }
    var sets = [RunDatasets.training: clips]
    sets["images"] = images
    (self.configuration, self.network, self.sets) = (configuration, network, sets)
    toleratedFailures = request.toleratedFailures
    (fixedParts, frozenParameters) = request.parts(of: tokenizer)
    trainable = optimize.state
    let batches =
      Declaration.hasClips
      ? streams.batches(of: clips, beside: images, network: shape) : streams.batches(ofImages: clips)
    pipeline = Pipeline(Declaration.name) {
      batches
      Step {
        Forward(model)
        Loss(objective)
        optimize
      }
    }
  }

  public func datasets() throws -> [String: DatasetManifest] {
    try sets.mapValues { try $0.checkedManifest(tolerating: toleratedFailures) }
  }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(
      of: [Self.name] + Declaration.origins, layouts: network.layouts, head: .parameters("cls_head.lm_head.*"))
  }
}
