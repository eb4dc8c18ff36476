public import SluiceDatasets
public import SluiceTensor

/// What a run is asked for; what is `nil` is left to the system's recipe.
///
/// Stored with the run, so that `--resume` needs none of it said again.
public struct RunRequest: Sendable, Equatable {
  /// List files, or directories of shards.
  public var data: [String] = []
  /// Images beside the clips: lists, folders, or directories of shards.
  public var images: [String] = []
  /// What turns frames into words: an encoder's file, or a folder with one.
  public var tokenizer: String?
  /// The words of captions and their numbers: a `vocab.txt`.
  public var vocabulary: String?
  /// The two towers of a CLIP that the network begins with: a file of weights, or a folder with one and its merges.
  public var clip: String?
  /// How words become the tokens of a CLIP: a `bpe_simple_vocab_16e6.txt.gz`.
  public var merges: String?
  /// Phrases about the videos of ``data``: a JSON file as `sluice attributes` writes it.
  public var attributes: String?
  /// Phrases about the videos of ``validation``.
  public var validationAttributes: String?
  /// What the run is evaluated on between epochs: list files, or directories of shards.
  public var validation: [String]?
  /// Epochs between two validations.
  public var validateEvery: Int?
  /// Where relative paths of lists begin.
  public var root: String?
  /// How the lists are written, by a name of ``AnnotationFormat``; told from their content if `nil`.
  public var format: String?
  /// A file with the names of the videos of ``data`` that are wanted, see `VideoSelection`; all if `nil`.
  public var only: String?
  /// How paths are made of the columns of a table, see `PathTemplate`; as its format has them if `nil`.
  public var pathTemplate: String?
  /// How the images of folders are named, see `ImageTemplate`; in the order of their names if `nil`.
  public var imageTemplate: String?
  /// Frames a second of folders of images, where a list counts in seconds; 24 if `nil`.
  public var listRate: Double?
  /// Lists that name the clips of the shards in ``data``, with their labels; all clips of these if there is none.
  public var clipLists: [String] = []
  /// Where relative paths of lists for validation begin, if not at ``root``.
  public var validationRoot: String?
  /// A file with class names and numbers: JSON, CSV or text.
  public var classes: String?
  /// A run, a checkpoint or a weight file that the network begins with.
  public var from: String?
  /// Another one, for parts of the network that the first has not.
  public var alsoFrom: String?
  /// How those weights are read.
  public var weights: WeightsOptions = WeightsOptions()
  public var seed: UInt64?
  /// Passes over the data.
  public var epochs: Int?
  /// Optimizer steps; with both, whichever comes first.
  public var steps: Int?
  /// The share of samples that may fail.
  public var maxFailures: Double?
  /// When checkpoints are written besides the ends of epochs.
  public var checkpointEvery: CheckpointInterval?
  /// How many of the last checkpoints stay, besides the best.
  public var keep: Int?
  /// Threads that compute.
  public var threads: Int?
  /// What the network's products are computed in.
  public var precision: Precision?
  /// `--set stage.field=value`, by name.
  public var settings: [String: String] = [:]
  /// The classes that a checkpoint knows, used where ``classes`` says nothing; not stored.
  public var knownClasses: ClassMap?
  /// What numbers the classes of a table in ``classes``; the system's own affair, not stored.
  public var classNumbering: ClassMap.Numbering = .column
  /// What numbers in lists mean where another file than the classes says so; not stored.
  public var listNames: ClassMap?
  /// The settings that a checkpoint was made with, under those of ``settings``; not stored.
  public var knownValues: [String: String] = [:]
  /// What an evaluation is asked for besides its views; not stored.
  public var evaluationOptions: Set<EvaluationOption> = []
  /// How an evaluation measures, where there are several ways; as the system's recipe has it if `nil`; not stored.
  public var evaluationProtocol: EvaluationProtocol?
  /// Class files of several lists, one for each, where an evaluation takes several; not stored.
  public var evaluationClasses: [String] = []
  /// The directory of the run that is to go on, which keeps what it was made with; `nil` for a new one; not stored.
  public var runDirectory: String?
  /// What a configuration file of another program says besides; not stored.
  public var experiment: ExperimentPlan = ExperimentPlan()

  public init() {}

  /// The files of weights that the network begins with.
  public var weightPaths: [String] { [from, alsoFrom].compactMap(\.self) }

  /// Whether it has what an option says.
  func has(_ option: String) -> Bool { option == "--images" ? !images.isEmpty : option == "--from" && from != nil }

  /// This request, with what it does not say taken from `stored`.
  public func completed(by stored: RunRequest) -> RunRequest {
    var request = self
    if request.data.isEmpty { request.data = stored.data }
    if request.images.isEmpty { request.images = stored.images }
    request.tokenizer = tokenizer ?? stored.tokenizer
    request.vocabulary = vocabulary ?? stored.vocabulary
    request.clip = clip ?? stored.clip
    request.merges = merges ?? stored.merges
    request.attributes = attributes ?? stored.attributes
    request.validationAttributes = validationAttributes ?? stored.validationAttributes
    request.validation = validation ?? stored.validation
    request.validateEvery = validateEvery ?? stored.validateEvery
    request.root = root ?? stored.root
    request.format = format ?? stored.format
    request.only = only ?? stored.only
    request.pathTemplate = pathTemplate ?? stored.pathTemplate
    request.imageTemplate = imageTemplate ?? stored.imageTemplate
    request.listRate = listRate ?? stored.listRate
    if request.clipLists.isEmpty, data.isEmpty { request.clipLists = stored.clipLists }
    request.validationRoot = validationRoot ?? stored.validationRoot
    request.classes = classes ?? stored.classes
    request.alsoFrom = alsoFrom ?? (from == nil ? stored.alsoFrom : nil)
    request.from = from ?? stored.from
    request.weights = weights.completed(by: stored.weights)
    request.seed = seed ?? stored.seed
    request.epochs = epochs ?? stored.epochs
    request.steps = steps ?? stored.steps
    request.maxFailures = maxFailures ?? stored.maxFailures
    request.checkpointEvery = checkpointEvery ?? stored.checkpointEvery
    request.keep = keep ?? stored.keep
    // Threads are the machine's: a run may go on on another one.
    request.precision = precision ?? stored.precision
    request.settings = stored.settings.merging(settings) { _, own in own }
    return request
  }
}

extension RunRequest: Codable {
  // Without what a checkpoint knows, which stands beside the request in a run's configuration.
  private enum CodingKeys: String, CodingKey {
    case data, images, tokenizer, vocabulary, validation, validateEvery, root, format, only, pathTemplate, classes, from
    case alsoFrom, weights, seed, epochs, steps, maxFailures, checkpointEvery, keep, threads, precision, settings
    case imageTemplate, listRate, clipLists, validationRoot
    case clip, merges, attributes, validationAttributes
    // Settings since version 0.1; runs from before have them as members of their own.
    case target, pixels
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    data = try values.decodeIfPresent([String].self, forKey: .data) ?? []
    images = try values.decodeIfPresent([String].self, forKey: .images) ?? []
    tokenizer = try values.decodeIfPresent(String.self, forKey: .tokenizer)
    vocabulary = try values.decodeIfPresent(String.self, forKey: .vocabulary)
    clip = try values.decodeIfPresent(String.self, forKey: .clip)
    merges = try values.decodeIfPresent(String.self, forKey: .merges)
    attributes = try values.decodeIfPresent(String.self, forKey: .attributes)
    validationAttributes = try values.decodeIfPresent(String.self, forKey: .validationAttributes)
    validation = try values.decodeIfPresent([String].self, forKey: .validation)
    validateEvery = try values.decodeIfPresent(Int.self, forKey: .validateEvery)
    root = try values.decodeIfPresent(String.self, forKey: .root)
    format = try values.decodeIfPresent(String.self, forKey: .format)
    only = try values.decodeIfPresent(String.self, forKey: .only)
    pathTemplate = try values.decodeIfPresent(String.self, forKey: .pathTemplate)
    imageTemplate = try values.decodeIfPresent(String.self, forKey: .imageTemplate)
    listRate = try values.decodeIfPresent(Double.self, forKey: .listRate)
    clipLists = try values.decodeIfPresent([String].self, forKey: .clipLists) ?? []
    validationRoot = try values.decodeIfPresent(String.self, forKey: .validationRoot)
    classes = try values.decodeIfPresent(String.self, forKey: .classes)
    from = try values.decodeIfPresent(String.self, forKey: .from)
    alsoFrom = try values.decodeIfPresent(String.self, forKey: .alsoFrom)
    weights = try values.decodeIfPresent(WeightsOptions.self, forKey: .weights) ?? WeightsOptions()
    if let text = try? values.decode(String.self, forKey: .seed) {
      seed = UInt64(text)
    } else {
      seed = try values.decodeIfPresent(UInt64.self, forKey: .seed)
    }
    epochs = try values.decodeIfPresent(Int.self, forKey: .epochs)
    steps = try values.decodeIfPresent(Int.self, forKey: .steps)
    maxFailures = try values.decodeIfPresent(Double.self, forKey: .maxFailures)
    checkpointEvery = try values.decodeIfPresent(CheckpointInterval.self, forKey: .checkpointEvery)
    keep = try values.decodeIfPresent(Int.self, forKey: .keep)
    threads = try values.decodeIfPresent(Int.self, forKey: .threads)
    precision = try values.decodeIfPresent(Precision.self, forKey: .precision)
    settings = LegacySettings.translated(
      try values.decodeIfPresent([String: String].self, forKey: .settings) ?? [:])
    if let target = try values.decodeIfPresent(String.self, forKey: .target) { settings["recipe.target"] = target }
    if let pixels = try values.decodeIfPresent(String.self, forKey: .pixels) { settings["augment.path"] = pixels }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(data, forKey: .data)
    if !images.isEmpty { try values.encode(images, forKey: .images) }
    try values.encodeIfPresent(tokenizer, forKey: .tokenizer)
    try values.encodeIfPresent(vocabulary, forKey: .vocabulary)
    try values.encodeIfPresent(clip, forKey: .clip)
    try values.encodeIfPresent(merges, forKey: .merges)
    try values.encodeIfPresent(attributes, forKey: .attributes)
    try values.encodeIfPresent(validationAttributes, forKey: .validationAttributes)
    try values.encodeIfPresent(validation, forKey: .validation)
    try values.encodeIfPresent(validateEvery, forKey: .validateEvery)
    try values.encodeIfPresent(root, forKey: .root)
    try values.encodeIfPresent(format, forKey: .format)
    try values.encodeIfPresent(only, forKey: .only)
    try values.encodeIfPresent(pathTemplate, forKey: .pathTemplate)
    try values.encodeIfPresent(imageTemplate, forKey: .imageTemplate)
    try values.encodeIfPresent(listRate, forKey: .listRate)
    if !clipLists.isEmpty { try values.encode(clipLists, forKey: .clipLists) }
    try values.encodeIfPresent(validationRoot, forKey: .validationRoot)
    try values.encodeIfPresent(classes, forKey: .classes)
    try values.encodeIfPresent(from, forKey: .from)
    try values.encodeIfPresent(alsoFrom, forKey: .alsoFrom)
    if weights != WeightsOptions() { try values.encode(weights, forKey: .weights) }
    // As text: not every reader of JSON keeps 64 bits of a number.
    try values.encodeIfPresent(seed.map { "\($0)" }, forKey: .seed)
    try values.encodeIfPresent(epochs, forKey: .epochs)
    try values.encodeIfPresent(steps, forKey: .steps)
    try values.encodeIfPresent(maxFailures, forKey: .maxFailures)
    try values.encodeIfPresent(checkpointEvery, forKey: .checkpointEvery)
    try values.encodeIfPresent(keep, forKey: .keep)
    try values.encodeIfPresent(threads, forKey: .threads)
    try values.encodeIfPresent(precision, forKey: .precision)
    try values.encode(settings, forKey: .settings)
  }
}
