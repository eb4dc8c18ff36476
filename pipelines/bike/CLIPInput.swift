internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceText
internal import SluiceTraining

/// The towers that a run begins with, and the words that it knows.
struct CLIPInput: Sendable {
  /// The towers' sizes.
  let configuration: CLIPConfiguration
  /// What `--clip` names, where its weights are read.
  let file: CLIPFile?
  /// Makes tokens of sentences.
  let prompter: Prompter

  /// - Throws: ``RunError`` if there are no towers or no merges, or they do not fit each other.
  init(_ request: RunRequest) throws {
    let isContinued = request.runDirectory != nil || request.from != nil
    var opened: CLIPFile?
    // A run that goes on needs none of what it was started with.
    if let path = request.clip, !isContinued || FileKind(at: path) != nil { opened = try CLIPFile(opening: path) }
    let known = try CLIPInput.known(request)
    guard let found = known ?? opened?.configuration ?? CLIPInput.imagined(request) else {
      throw RunError(
        .configuration,
        "no towers: name a CLIP by --clip, such as ViT-B-32.pt. 'sluice weights make clip --out clip-small --size small' makes a "
          + "small one of random numbers.")
    }
    let name = known == nil ? request.clip ?? "the drawn network" : request.from ?? "the run"
    if let opened, opened.configuration != found {
      throw RunError(
        .configuration,
        "--clip \(request.clip ?? "") has \(opened.configuration.sizes), and \(name) was trained with \(found.sizes). Leave "
          + "--clip out: a run keeps its own towers.")
    }
    if let architecture = request.experiment.architecture, let wanted = CLIPConfiguration.named(architecture),
      wanted != found
    {
      throw RunError(
        .configuration,
        "network.arch is \(architecture), which has \(wanted.sizes), and \(name) has \(found.sizes). Name the weights of "
          + "\(architecture) by --clip, or correct the key.")
    }
    configuration = found
    file = request.from == nil ? opened : nil
    guard !request.data.isEmpty || request.clip != nil || isContinued else {
      // Nothing is read; as many words as the tower has.
      prompter = Prompter(try Merges(pairs: [], origin: "no merges"), length: found.contextLength)
      return
    }
    prompter = Prompter(try request.merges(beside: opened), length: found.contextLength)
    try prompter.requireVocabulary(found.vocabularySize, of: name)
  }

  /// What the sizes are called among what a run was made with.
  private static let storedName: String = "towers"

  /// The sizes of the run that goes on, or of the weights that it begins with.
  private static func known(_ request: RunRequest) throws -> CLIPConfiguration? {
    let key = "run." + storedName
    let stored =
      try request.knownValues[key]
      ?? request.from.flatMap { try StoredModel(opening: $0, request.weights.checkpoint ?? .best)?.values[key] }
    if let stored { return CLIPConfiguration(sizes: stored) }
    guard let path = request.from, request.clip == nil else { return nil }
    // BIKE's own checkpoints have both towers under the names of CLIP's.
    let towers = try BIKELayouts.towers.apply(to: try PublishedWeights(opening: path, choice: .raw).tensors())
    return try CLIPConfiguration(of: towers.tensors, in: path)
  }

  /// The published towers of a graph that reads nothing.
  private static func imagined(_ request: RunRequest) -> CLIPConfiguration? {
    guard request.data.isEmpty, request.from == nil else { return nil }
    return CLIPConfiguration.named(request.experiment.architecture ?? "ViT-B/32")
  }

  /// What tells the run from runs with other towers or words.
  var fixedParts: [String: String] {
    [Self.storedName: configuration.sizes, "merges": prompter.merges.identity]
  }

  /// What a run keeps in its directory.
  func keptFiles(_ names: [String]) -> [String: String] {
    guard prompter.merges.vocabularySize == configuration.vocabularySize else { return [:] }
    return [
      RunDirectory.mergesName: prompter.merges.fileText,
      RunDirectory.promptsName: names.map { Prompter.sentence(about: $0) + "\n" }.joined(),
    ]
  }

  /// Loads the weights of `--clip` into a network that has a head beside its towers.
  /// - Parameters:
  ///   - clip: the towers; what stands beside them in their store begins anew.
  ///   - network: what of the towers is read, and whether they see frames together.
  ///   - options: how weights are read.
  /// - Returns: what was loaded; nothing where `--clip` is not named, or other weights are.
  /// - Throws: an error that names the file and what of it does not fit.
  func load(
    into clip: CLIP, _ network: BIKENetworkSettings, _ options: WeightsOptions
  ) throws -> [(weights: InitialWeights, report: LoadReport)] {
    guard let file else { return [] }
    try file.requireGrid(of: clip.configuration, resizes: options.resizesPositions)
    let parameters = clip.parameters
    var own = WeightsOptions()
    own.resizesPositions = options.resizesPositions
    let weights = try InitialWeights(from: file.path, own)
    // Of towers that CLIP does not read the random numbers stay.
    let kept = parameters.parameters.filter { !network.readsText && !$0.name.contains("visual") }
      .map { ($0, Tensor($0.value.floats, shape: $0.shape)) }
    var report = try weights.load(
      into: parameters, layouts: BIKELayouts.layouts(of: clip), head: .parameters(BIKELayouts.heads),
      requiring: options.isPartial || network.isJoint || !network.readsText ? .partial : .backbone)
    for (parameter, value) in kept { try parameter.assign(value) }
    let names = Set(kept.map(\.0.name))
    report.missing += report.loaded.filter(names.contains)
    report.loaded.removeAll(where: names.contains)
    // A head is in no file of a CLIP.
    report.unfit.removeAll { $0.hasPrefix(VideoHead.name + ".") || $0.hasPrefix(SentenceHead.name + ".") }
    report.missing.removeAll { $0.hasPrefix(VideoHead.name + ".") || $0.hasPrefix(SentenceHead.name + ".") }
    return [(weights, report)]
  }
}
