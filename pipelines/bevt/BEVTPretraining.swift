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
  private let model: BEVT
  /// The sets by the names under which they are compared.
  private let sets: [String: Clips]
  private let toleratedFailures: Double

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }

  public init(_ configuration: BEVTConfiguration<Declaration>, _ request: RunRequest) throws {
    let tokenizer = try request.openedTokenizer()
    let (recipe, network) = (configuration.recipe, configuration.network.network)
    let model = try BEVT(network, vocabularySize: tokenizer.vocabularySize, readsClips: Declaration.hasClips)
    let cell = network.patch.height << (network.depths.count - 2)
    let streams = Streams(
      recipe: recipe, size: network.imageSize, cell: cell, view: try SecondView(cells: cell, of: tokenizer),
      tokenizer: tokenizer, seed: request.seed ?? 0)
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
    if images != nil || !Declaration.hasClips { try model.requireImages() }
    var sets = [RunDatasets.training: clips]
    sets["images"] = images
    (self.configuration, self.model, self.sets) = (configuration, model, sets)
    toleratedFailures = request.toleratedFailures
    fixedParts = request.fixedParts(with: tokenizer)
    trainable = optimize.state
    let batches =
      Declaration.hasClips
      ? streams.batches(of: clips, beside: images, network: network) : streams.batches(ofImages: clips)
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
