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

/// BEVT's pre-training: a Video Swin transformer predicts the visual tokens of hidden cells of clips, images or both.
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
  let model: BEVT
  /// The sets by the names under which they are compared.
  private let sets: [String: Clips]
  private let toleratedFailures: Double

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }

  public init(_ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest) throws {
    let tokens = try request.tokenInput()
    let (recipe, network, cell) = (configuration.recipe, configuration.network.network, configuration.network.cell)
    let model = try BEVT(network, vocabularySize: tokens.vocabularySize, readsClips: Declaration.hasClips)
    let streams = Streams(
      recipe: recipe, size: network.imageSize, cell: cell, viewDivisor: try tokens.viewDivisor(cells: cell),
      seed: request.seed ?? 0)
    guard network.imageSize % (2 * cell) == 0 else {
      throw RunError(
        .configuration,
        "model.imageSize=\(network.imageSize): the decoder wants an even number of cells of \(cell) pixels on a side. Choose "
          + "a multiple of \(2 * cell).")
    }
    var optimizer = recipe.optimizer
    optimizer.groups = configuration.network.groups(layerDecay: 1)
    let optimize = Optimize(model.parameters, optimizer.configuration, accumulation: optimizer.accumulation)
    let clips = try request.clips(of: request.data)
    let images = try request.images.isEmpty ? nil : request.clips(of: request.images)
    let hasImages = images != nil || !Declaration.hasClips
    if hasImages { try model.requireImages() }
    if hasImages, case .stored = tokens { try configuration.requireStoredColors() }
    let input = Streams.Input(
      clips: clips,
      tokens: try tokens.stream(
        of: request.data, seenBy: try configuration.viewRecipe(ofImages: !Declaration.hasClips)))
    let imageInput = try images.map { images in
      Streams.Input(
        clips: images,
        tokens: try tokens.stream(of: request.images, seenBy: try configuration.viewRecipe(ofImages: true)))
    }
    var sets = [RunDatasets.training: clips]
    sets["images"] = images
    (self.configuration, self.model, self.sets) = (configuration, model, sets)
    toleratedFailures = request.toleratedFailures
    fixedParts = try request.fixedParts(tokens, [input.tokens] + (imageInput.map { [$0.tokens] } ?? []))
    trainable = optimize.state
    let batches =
      Declaration.hasClips
      ? streams.batches(of: input, beside: imageInput, network: network) : streams.batches(ofImages: input)
    pipeline = Pipeline(Declaration.name) {
      batches
      Step {
        Forward(model)
        Loss(TwoStreamObjective())
        optimize
      }
    }
  }

  public func datasets() throws -> [String: DatasetManifest] {
    try sets.mapValues { try $0.checkedManifest(tolerating: toleratedFailures) }
  }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(
      of: [Self.name] + Declaration.origins, layouts: model.layouts, head: .parameters("cls_head.lm_head.*"))
  }
}
