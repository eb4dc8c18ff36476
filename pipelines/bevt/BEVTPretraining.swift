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
  let network: BEVT
  /// The sets by the names under which they are compared.
  private let sets: [String: Clips]
  private let toleratedFailures: Double

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }
  public var notes: [String] { sets.sorted { $0.key < $1.key }.flatMap(\.value.notes) }
  public func readingNotes() -> [String] { sets.sorted { $0.key < $1.key }.flatMap(\.value.warnings.notes) }

  public init(_ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest) throws {
    let (recipe, cell) = (configuration.recipe, configuration.network.cell)
    try request.requireUse(ofTokenizerFor: recipe.target)
    switch recipe.target {
    case .tokens:
      let input = try request.tokenInput()
      let network = try Self.makeNetwork(configuration, predicting: input.vocabularySize)
      let view = try input.view(cells: cell)
      let (clips, images) = try Self.tokens(of: input, configuration, request)
      let streams = Streams(
        recipe: recipe, network: configuration.network, view: view,
        ofClips: StreamInput(views: clips.views, target: TokenTarget(clips.source)),
        ofImages: StreamInput(views: images.views, target: TokenTarget(images.source)),
        join: { VisualTokens(joining: $0) }, seed: request.seed ?? 0)
      try self.init(configuration, request, network, of: network, streams, TwoStreamObjective(), [clips, images])
    case .hog, .pixels:
      if recipe.target == .hog { try HOG.requireWholeCells(inTokensOf: cell) }
      let target = CellTarget(recipe.target == .hog ? .hog(recipe.hog.target) : .pixels, cellSize: cell)
      let network = try Self.makeNetwork(configuration, predicting: target.width)
      let input = StreamInput(target: target)
      let streams = Streams(
        recipe: recipe, network: configuration.network, view: nil, ofClips: input, ofImages: input,
        join: { CellValues(joining: $0) }, seed: request.seed ?? 0)
      try self.init(configuration, request, CellModel(network), of: network, streams, CellRegression(), [])
    }
  }

  private init<TargetStage: Stage, Target: Sendable, Targets: Sendable>(
    _ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest,
    _ model: some TrainingModel<TwoStreams<MaskedBatch<Targets>>, TwoStreams<Tensor>>, of network: BEVT,
    _ streams: Streams<TargetStage, Target, Targets>,
    _ objective: some Objective<TwoStreams<MaskedBatch<Targets>>, TwoStreams<Tensor>>, _ tokens: [TokenStream]
  ) throws {
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
    (fixedParts, frozenParameters) = try request.parts(of: tokens)
    trainable = optimize.state
    let batches =
      Declaration.hasClips ? streams.batches(of: clips, beside: images) : streams.batches(ofImages: clips)
    pipeline = Pipeline(Declaration.name) {
      batches
      Step {
        Forward(model)
        Loss(objective)
        optimize
      }
    }
  }

  /// The network that predicts `width` numbers of each hidden cell.
  /// - Throws: an error that names what of its shape cannot be.
  private static func makeNetwork(
    _ configuration: BEVTConfiguration<Declaration>, predicting width: Int
  ) throws -> BEVT {
    let (shape, cell) = (configuration.network.network, configuration.network.cell)
    let network = try BEVT(shape, vocabularySize: width, readsClips: Declaration.hasClips)
    guard shape.imageSize % (2 * cell) == 0 else {
      throw RunError(
        .configuration,
        "model.imageSize=\(shape.imageSize): the decoder wants an even number of cells of \(cell) pixels on a side. Choose "
          + "a multiple of \(2 * cell).")
    }
    return network
  }

  /// The tokens of the run's clips and of its images, whichever of them there are.
  /// - Throws: an error that names what of the data has no tokens, or cannot agree with stored views.
  private static func tokens(
    of input: TokenInput, _ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest
  ) throws -> (clips: TokenStream, images: TokenStream) {
    let (clips, images) = Declaration.hasClips ? (request.data, request.images) : ([], request.data)
    if case .stored = input, !images.isEmpty { try configuration.requireStoredColors() }
    return (
      clips: try input.stream(of: clips, seenBy: try configuration.viewRecipe(ofImages: false)),
      images: try input.stream(of: images, seenBy: try configuration.viewRecipe(ofImages: true))
    )
  }

  public func datasets() throws -> [String: DatasetManifest] {
    try sets.mapValues { try $0.checkedManifest(tolerating: toleratedFailures) }
  }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(
      of: [Self.name] + Declaration.origins, layouts: network.layouts, head: .parameters("cls_head.lm_head.*"))
  }
}
