internal import SluiceAugment
internal import SluiceCheckpoints
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceModels
public import SluiceNN
internal import SluiceOptimize
public import SluiceReport
internal import SluiceSamples
internal import SluiceTokenize
public import SluiceTraining

/// Masked pre-training of any masked backbone with any objective.
///
/// What differs between systems is their ``MaskedDeclaration``: the network, and recipes by name.
public struct MaskedPretraining<Declaration: MaskedDeclaration>: TrainingSystem {
  public static var name: String { Declaration.name }
  public static var summary: String { Declaration.summary }
  public static var ownOptions: Set<String> { ["--tokenizer"] }

  public let configuration: MaskedConfiguration<Declaration>
  public let pipeline: Pipeline<StepReport>
  public let trainable: TrainableState
  public let fixedParts: [String: String]
  public let frozenParameters: [String: Int]
  public let hidingCosts: [HidingCost]
  let backbone: any MaskedBackbone
  private let clips: Clips
  private let toleratedFailures: Double

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }
  public var notes: [String] { clips.notes }
  public func readingNotes() -> [String] { clips.warnings.notes }

  public init(_ configuration: MaskedConfiguration<Declaration>, _ request: RunRequest) throws {
    let patchSize = configuration.network.tokenSize.height
    try request.requireUse(ofTokenizerFor: configuration.recipe.target)
    switch configuration.recipe.target {
    case .hog:
      let objective = HOGObjective(try configuration.recipe.hogTarget(patchSize: patchSize))
      try self.init(configuration, objective, request)
    case .pixels:
      try self.init(configuration, PixelObjective(configuration.pixelTarget), request)
    case .tokens:
      let input = try request.tokenInput()
      let divisor = try input.view(cells: patchSize)?.divisor ?? 1
      if case .stored = input { try configuration.requireStoredColors() }
      let stream = try input.stream(of: request.data, seenBy: try Self.viewRecipe(configuration))
      let objective = TokenObjective(
        stream.source, tubeletSize: configuration.network.tokenSize.time, viewDivisor: divisor)
      try self.init(configuration, objective, request, stream)
    }
  }

  /// Declares the training of an objective of one's own, whatever the configuration's target.
  /// - Throws: an error that says what of configuration and request cannot be.
  public init(
    _ configuration: MaskedConfiguration<Declaration>, _ objective: some MaskedObjective, _ request: RunRequest
  ) throws {
    try self.init(configuration, objective, request, nil)
  }

  private init(
    _ configuration: MaskedConfiguration<Declaration>, _ objective: some MaskedObjective, _ request: RunRequest,
    _ tokens: TokenStream?
  ) throws {
    let (recipe, network) = (configuration.recipe, configuration.network)
    try recipe.clips.check()
    let backbone = try network.masked(predictionWidth: objective.predictionWidth)
    hidingCosts = try recipe.hidingCosts(in: backbone)
    let model = MaskedModel(backbone, for: objective)
    let clips = try request.clips(of: request.data, classMap: request.classMap())
    let views = tokens?.views ?? .drawn
    let augment = views.augment(
      recipe.clips.augment(recipe.clips.operations(size: network.imageSize), keepsPixels: true),
      then: recipe.clips.erasures)
    var optimizer = recipe.optimizer
    optimizer.groups = network.groups(layerDecay: optimizer.layerDecay)
    let optimize = Optimize(model.parameters, optimizer.configuration, accumulation: optimizer.accumulation)
    self.configuration = configuration
    self.backbone = backbone
    self.clips = clips
    toleratedFailures = request.toleratedFailures
    (fixedParts, frozenParameters) = try request.parts(of: tokens.map { [$0] } ?? [])
    trainable = optimize.state
    pipeline = Pipeline(Declaration.name) {
      clips.shuffled()
      views.sampling(recipe.frames.sampling(count: network.frameCount))
      Decode().workers(2)
      augment.workers(2).buffer(4)
      configuration.masking(viewDivisor: objective.viewDivisor)
      objective.target
        .batch(recipe.optimizer.batchSize)
      Collate(objective)
      Step {
        Forward(model)
        Loss(objective)
        optimize
      }
    }
  }

  public func shownSamples(_ options: RunOptions) async throws -> [Report.Part] {
    guard configuration.recipe.target == .pixels else { return [] }
    return try await pixelPredictions().part(of: clips, options)
  }

  public func datasets() throws -> [String: DatasetManifest] {
    [RunDatasets.training: try clips.checkedManifest(tolerating: toleratedFailures)]
  }

  public var acceptedWeights: AcceptedWeights {
    AcceptedWeights(
      of: [Self.name] + Declaration.origins, layouts: backbone.layouts,
      head: .parameters(backbone.predictionParameters))
  }
}

extension MaskedConfiguration {
  /// The stage that hides tokens.
  /// - Parameter viewDivisor: how much smaller what targets are made of is than the crop.
  func masking(viewDivisor: Int = 1) -> Segment<Clip, MaskedClip> {
    let masking = recipe.masking(
      span: network.tokenSize.time, size: network.tokenSize.height, imageSize: network.imageSize)
    guard viewDivisor > 1 else { return masking }
    return Segment {
      SecondView(divisor: viewDivisor)
      masking
    }
  }
}
