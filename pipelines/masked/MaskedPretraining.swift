internal import SluiceAugment
internal import SluiceCheckpoints
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceModels
internal import SluiceOptimize
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
  let backbone: any MaskedBackbone
  private let clips: Clips
  private let toleratedFailures: Double

  public var defaultEpochs: Int { configuration.recipe.optimizer.epochs }

  public init(_ configuration: MaskedConfiguration<Declaration>, _ request: RunRequest) throws {
    let patchSize = configuration.network.tokenSize.height
    if let tokenizer = request.tokenizer, configuration.recipe.target != .tokens {
      throw RunError(
        .configuration,
        "--tokenizer \(tokenizer) has no effect here: the target is \(configuration.recipe.target.rawValue). Leave it out, or "
          + "take --target tokens.")
    }
    switch configuration.recipe.target {
    case .hog:
      let objective = HOGObjective(try configuration.recipe.hogTarget(patchSize: patchSize))
      try self.init(configuration, objective, request)
    case .pixels:
      let target = PixelTarget(tubeletSize: configuration.network.tokenSize.time, patchSize: patchSize)
      try self.init(configuration, PixelObjective(target), request)
    case .tokens:
      let tokens = try request.tokenInput()
      let divisor = try tokens.viewDivisor(cells: patchSize)
      if case .stored = tokens { try configuration.requireStoredColors() }
      let stream = try tokens.stream(of: request.data, seenBy: try Self.viewRecipe(configuration))
      let objective = TokenObjective(
        stream.source, tubeletSize: configuration.network.tokenSize.time, viewDivisor: divisor)
      try self.init(
        configuration, objective, request, tokens: stream, parts: try request.fixedParts(tokens, [stream]))
    }
  }

  /// Declares the training of an objective of one's own, whatever the configuration's target.
  /// - Throws: an error that says what of configuration and request cannot be.
  public init(
    _ configuration: MaskedConfiguration<Declaration>, _ objective: some MaskedObjective, _ request: RunRequest
  ) throws {
    try self.init(configuration, objective, request, tokens: nil, parts: [:])
  }

  private init(
    _ configuration: MaskedConfiguration<Declaration>, _ objective: some MaskedObjective, _ request: RunRequest,
    tokens: TokenStream?, parts: [String: String]
  ) throws {
    let (recipe, network) = (configuration.recipe, configuration.network)
    try recipe.clips.check()
    let backbone = try network.masked(predictionWidth: objective.predictionWidth)
    let model = MaskedModel(backbone, for: objective)
    let clips = try request.clips(of: request.data, classMap: request.classMap())
    let drawn = recipe.clips.augment(recipe.clips.operations(size: network.imageSize), keepsPixels: true)
    let erasing: [AugmentOperation] = recipe.clips.erasing > 0 ? [.erase(probability: recipe.clips.erasing)] : []
    let augment = tokens?.augment(drawn, then: erasing) ?? drawn
    let sampling = recipe.frames.sampling(count: network.frameCount)
    var optimizer = recipe.optimizer
    optimizer.groups = network.groups(layerDecay: optimizer.layerDecay)
    let optimize = Optimize(model.parameters, optimizer.configuration, accumulation: optimizer.accumulation)
    self.configuration = configuration
    self.backbone = backbone
    self.clips = clips
    toleratedFailures = request.toleratedFailures
    fixedParts = parts
    trainable = optimize.state
    pipeline = Pipeline(Declaration.name) {
      clips.shuffled()
      tokens?.sampling(sampling) ?? sampling
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
