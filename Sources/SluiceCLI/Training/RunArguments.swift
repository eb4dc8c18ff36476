internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// How long a run is and what it is keyed by.
struct LengthArguments: ParsableArguments {
  @Option(help: "Passes over the data.", in: .length)
  var epochs: Int?

  @Option(
    help: "Optimizer steps, each an update of the parameters; with --epochs too, whichever comes first.",
    in: .length)
  var steps: Int?

  @Option(help: "The key of all randomness (default: 0).", in: .seed)
  var seed: UInt64?

  @Option(
    help: ArgumentHelp("The share of samples that may fail (default: 0.01).", valueName: "fraction"),
    in: .share)
  var maxFailures: Double?

  @Option(
    help: "Threads that compute (default: the cores); results do not depend on it.",
    in: .threads)
  var threads: Int?

  @Option(
    help: "fp32 (the default), or bf16: products in bfloat16, parameters in single precision.",
    transform: { try Precision.named($0) })
  var precision: Precision?

  /// Says in `request` what was asked.
  func fill(_ request: inout RunRequest) {
    request.epochs = epochs
    request.steps = steps
    request.seed = seed
    request.maxFailures = maxFailures
    request.threads = threads
    request.precision = precision
    if let precision, !precision.isSupported {
      Console.note("--precision \(precision.shortName): this processor has no instructions for it; computing in fp32")
    }
  }

  /// The options of a run that is not a training run.
  func options() -> RunOptions {
    RunOptions(
      seed: seed ?? 0, epochs: epochs, steps: steps, maxFailures: maxFailures ?? 0.01,
      budget: ThreadBudget(compute: threads))
  }
}

/// `--set stage.field=value`.
struct SettingArguments: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Sets a field of a stage; 'graph' lists the stages.", valueName: "stage.field=value"))
  var settings: [String] = []

  mutating func validate() throws {
    _ = try assignments
  }

  /// The values by name; the last one counts.
  var assignments: [String: String] {
    get throws {
      var assignments: [String: String] = [:]
      for text in settings {
        guard let equals = text.firstIndex(of: "="), text[..<equals].contains(".") else {
          throw ValidationError("--set \(text): stage.field=value is wanted, for example decode.workers=2.")
        }
        assignments[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      return assignments
    }
  }
}

/// The options that say what a run of a system is; shared by the commands that declare a pipeline.
struct RunArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A list, or a directory of shards; 'sluice check --help' has the formats of lists. May be given several times.",
      valueName: "list"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "Images beside the clips of --data: a list, a folder, or shards. May be given several times.", valueName: "list"))
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where visual tokens come from: DALL-E's encoder, a folder with one, or shards with stored tokens.",
      valueName: "file"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "The words of captions, a vocab.txt with one on each line; a run keeps its own, and so does what begins with it.",
      valueName: "file"))
  var vocab: String?

  @OptionGroup
  var towers: TowerArguments

  @Option(
    help: ArgumentHelp(
      "Phrases about the videos of --data, as 'sluice attributes' writes them, for bike-attributes.", valueName: "file")
  )
  var attributes: String?

  @Option(help: ArgumentHelp("Phrases about the videos of --val.", valueName: "file"))
  var valAttributes: String?

  @Option(
    help: ArgumentHelp("A list or shards to evaluate on between epochs.", valueName: "list"))
  var val: [String] = []

  @Option(
    help: ArgumentHelp("Epochs between two validations (default: 1).", valueName: "epochs"),
    in: .length)
  var valEvery: Int?

  @Option(
    help: ArgumentHelp(
      "A run, a checkpoint, or a file of weights that the network begins with; simvtp takes one of the video's part and one "
        + "of the text's.", valueName: "checkpoint"))
  var from: [String] = []

  @OptionGroup
  var weights: WeightsArguments

  @Flag(help: "Trains the head of a classifier alone.")
  var linearProbe = false

  @Option(help: ArgumentHelp("How decoded frames become crops: exact (the default) or fast.", valueName: "path"))
  var pixels: String?

  @OptionGroup
  var base: RootArguments

  @OptionGroup
  var selection: ListSelectionArguments

  @OptionGroup
  var classes: ClassArguments

  @Option(
    help: ArgumentHelp(
      "What a masked model predicts: hog, pixels or tokens (default: as the system's recipe says).", valueName: "kind"))
  var target: String?

  @OptionGroup
  var length: LengthArguments

  @OptionGroup
  var settings: SettingArguments

  @Option(
    help: ArgumentHelp(
      "A YAML file of settings, or for bike and bike-attributes one of BIKE's own configurations; options and --set override it.",
      valueName: "file"))
  var config: String?

  func validate() throws {
    guard from.count > 2 else { return }
    throw ValidationError("--from \(from[2]): two files of weights are the most there can be. Leave one out.")
  }

  /// What was asked for.
  /// - Parameters:
  ///   - system: the system that is asked for, which may have configuration files of its own.
  ///   - listFormat: how lists are written; a group of its own, for `graph` has formats of graphs.
  func request(for system: any TrainingSystem.Type, listFormat: String?) throws -> RunRequest {
    var request = RunRequest()
    request.data = data
    (request.images, request.tokenizer, request.vocabulary) = (images, tokenizer, vocab)
    request.root = base.root
    request.format = listFormat
    selection.fill(&request)
    request.classes = classes.classes
    request.validation = val.isEmpty ? nil : val
    request.validateEvery = valEvery
    (request.from, request.alsoFrom) = (from.first, from.dropFirst().first)
    request.weights = weights.options
    length.fill(&request)
    (request.clip, request.merges) = (towers.clip, towers.merges)
    (request.attributes, request.validationAttributes) = (attributes, valAttributes)
    try configure(&request, for: system)
    if let target { request.settings["recipe.target"] = target }
    if let pixels { request.settings["augment.path"] = pixels }
    if linearProbe { request.settings["recipe.learning"] = "linearProbe" }
    return request
  }

  /// Makes the settings of `--config` and over them those of `--set`.
  private func configure(_ request: inout RunRequest, for system: any TrainingSystem.Type) throws {
    let assignments = try settings.assignments
    guard let config else {
      request.settings = assignments
      return
    }
    guard let file = try ExperimentFile(contentsOf: config, changing: assignments) else {
      request.settings = try SettingsFile.settings(at: config)
      request.settings.merge(assignments) { _, own in own }
      return
    }
    request.settings = assignments.filter { !ExperimentFile.hasKey($0.key) }
    try file.fill(&request, for: system)
  }
}

/// The towers of a CLIP, and the words that its texts are made of.
struct TowerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The towers of a CLIP: OpenAI's archive, weights as safetensors, or a folder of 'sluice weights make clip'.",
      valueName: "file"))
  var clip: String?

  @Option(
    help: ArgumentHelp(
      "The merges of the texts' words, a bpe_simple_vocab_16e6.txt.gz (default: those beside --clip, or the run's).",
      valueName: "file"))
  var merges: String?
}
