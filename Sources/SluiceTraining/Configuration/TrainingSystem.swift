public import SluiceDatasets
public import SluiceFlow
public import SluiceNN
public import SluiceReport

/// A system, declared for one run: what `sluice train NAME` runs.
///
/// A configuration, a pipeline built of it, and what of the pipeline is trained. Everything else (logs, checkpoints,
/// resuming, validation, profile, report) works on these.
public protocol TrainingSystem: Sendable {
  associatedtype Configuration: SystemConfiguration

  /// What the command line calls it.
  static var name: String { get }
  /// One sentence for `--help`.
  static var summary: String { get }
  /// The options that not every system has a use for: `--images`, `--tokenizer`, `--vocab`, `--clip`, `--merges`,
  /// `--attributes`, `--val-attributes`.
  static var ownOptions: Set<String> { get }
  /// The options of `sluice eval` that not every system has a use for.
  static var evaluationOptions: Set<EvaluationOption> { get }
  /// How often `--from` may be given: how many files of weights the network can begin with at once.
  static var weightFileLimit: Int { get }

  /// Declares the system for a run: reads the lists that `request` names, describes the network, builds the stages.
  /// - Throws: an error that says what of the request cannot be.
  init(_ configuration: Configuration, _ request: RunRequest) throws

  /// What it was declared with, and what came of it: a number of classes that the data decided, for example.
  var configuration: Configuration { get }
  /// From the data to the optimizer's steps.
  var pipeline: Pipeline<StepReport> { get }
  /// What the pipeline trains.
  var trainable: TrainableState { get }
  /// Passes over the data unless the request says.
  var defaultEpochs: Int { get }
  /// The data it trains on, each set by a name: what a run stores, and is resumed with the same only.
  ///
  /// Asked for before the first step, and so the place to check that the data is there. Empty for data that is the system's
  /// own; a number of samples is compared in any case.
  /// - Throws: an error that says what of the data is missing or damaged.
  func datasets() throws -> [String: DatasetManifest]
  /// The classes that it knows by name; empty where it classifies nothing, or only numbers are known.
  var classes: ClassMap { get }
  /// What a run is made with besides settings and data, by name, such as the identity of a tokenizer: it is resumed with the
  /// same only.
  var fixedParts: [String: String] { get }
  /// Texts that a run keeps in its directory by the names of their files, so that it needs none of what it was started with:
  /// its vocabulary.
  var keptFiles: [String: String] { get }
  /// Numbers of networks that a stage reads and nobody trains, by name, such as a tokenizer's.
  var frozenParameters: [String: Int] { get }
  /// What is odd about the data though it can be trained on, one sentence each.
  var notes: [String] { get }
  /// What was odd about the data as far as it has been read, one sentence each: frames that others stood in for.
  func readingNotes() -> [String]
  /// What a batch costs with as many tokens hidden as the system hides, and with none; empty where a network is given all
  /// tokens in any case.
  var hidingCosts: [HidingCost] { get }

  /// The weights that the network can begin with: its own unless it says more.
  var acceptedWeights: AcceptedWeights { get }

  /// Loads parts of the network that options of the system's own name, such as the towers of a CLIP, before whatever
  /// `--from` names.
  /// - Parameter options: how weights are read.
  /// - Returns: what was loaded of each; nothing unless it says more.
  /// - Throws: an error that names the file and what of it does not fit.
  func loadParts(_ options: WeightsOptions) throws -> [(weights: InitialWeights, report: LoadReport)]

  /// What another program's checkpoint says of a training that goes on here; its weights are read as those of `--from`.
  /// - Throws: an error that says what stands at `path` instead; ``RunError`` where no such checkpoints are known.
  func earlierTraining(at path: String) throws -> EarlierTraining

  /// The views that are read of each sample between epochs: the middle of it unless said.
  var validationViews: EvaluationViews { get }
  /// The views by which the authors of the recipe measured its results; `nil` if nobody published any.
  var publishedViews: EvaluationViews? { get }
  /// The evaluation on lists and shard sets, between epochs and by `sluice eval`; `nil` where there is nothing to compare
  /// with.
  /// - Throws: an error that names what of the data does not fit.
  func evaluation(on paths: [String], _ request: RunRequest, views: EvaluationViews) throws -> Evaluation?

  /// What the network makes of some samples of the data, for the report of a finished run: images, texts; nothing unless it
  /// says more.
  /// - Parameter options: the key of what is drawn, and the threads.
  /// - Throws: what is wrong with the samples; the run is finished all the same.
  func shownSamples(_ options: RunOptions) async throws -> [Report.Part]
}

extension TrainingSystem {
  public var classes: ClassMap { ClassMap(numbers: [:]) }

  public var notes: [String] { [] }

  public func readingNotes() -> [String] { [] }

  public var hidingCosts: [HidingCost] { [] }

  public var fixedParts: [String: String] { [:] }

  public var frozenParameters: [String: Int] { [:] }

  public var keptFiles: [String: String] { [:] }

  public static var weightFileLimit: Int { 1 }

  public static var ownOptions: Set<String> { [] }

  public static var evaluationOptions: Set<EvaluationOption> { [] }

  public var validationViews: EvaluationViews { EvaluationViews() }

  public var publishedViews: EvaluationViews? { nil }

  public func datasets() throws -> [String: DatasetManifest] { [:] }

  public func evaluation(on paths: [String], _ request: RunRequest, views: EvaluationViews) throws -> Evaluation? {
    nil
  }

  public func loadParts(_ options: WeightsOptions) throws -> [(weights: InitialWeights, report: LoadReport)] { [] }

  public func earlierTraining(at path: String) throws -> EarlierTraining {
    throw RunError(
      .resume, "resume: \(path) is no run of Sluice, and no other checkpoints of \(Self.name) can be gone on with.")
  }

  public func shownSamples(_ options: RunOptions) async throws -> [Report.Part] { [] }

  public var acceptedWeights: AcceptedWeights { AcceptedWeights(of: [Self.name]) }

  /// The system as `request` asks for it.
  /// - Throws: an error that says what of the request cannot be.
  public init(_ request: RunRequest) throws {
    for setting in Configuration.settings {
      guard let option = setting.neededOption, !request.has(option), let value = request.settings[setting.name] else {
        continue
      }
      let thing = option == "--from" ? "the weights" : "the \(option.dropFirst(2))"
      throw RunError(
        .configuration,
        "--set \(setting.name)=\(value) has no effect here: it counts only with \(option). Leave it out, or name \(thing)."
      )
    }
    let given = [
      ("--images", request.images.first), ("--tokenizer", request.tokenizer), ("--vocab", request.vocabulary),
      ("--clip", request.clip), ("--merges", request.merges), ("--attributes", request.attributes),
      ("--val-attributes", request.validationAttributes),
    ]
    for case (let option, let value?) in given where !Self.ownOptions.contains(option) {
      throw RunError(
        .configuration, "\(option) \(value) has no effect here: \(Self.name) has no use for it. Leave it out.")
    }
    if let second = request.alsoFrom, Self.weightFileLimit < 2 {
      throw RunError(
        .configuration, "--from \(second): \(Self.name) begins with one file of weights. Give --from once.")
    }
    try self.init(Configuration(request.settings, over: request.knownValues), request)
  }

  /// The pipeline with the settings of `request` made that are no part of the configuration: workers, buffers.
  package func pipeline(with request: RunRequest) throws -> Pipeline<StepReport> {
    var pipeline = pipeline
    for (name, value) in request.settings.sorted(by: { $0.key < $1.key }) where !Configuration.owns(name) {
      try pipeline.set(name, to: value)
    }
    return pipeline
  }

  /// The settings of configuration and stages with their values, those of the configuration first.
  package func settings(with request: RunRequest) throws -> [(name: String, value: String, changesResults: Bool)] {
    let own = Configuration.settings.map { ($0.name, $0.read(configuration), $0.changesResults) }
    let known = Set(own.map(\.0))
    return own
      + (try pipeline(with: request).settings.filter { !known.contains($0.name) && !Configuration.owns($0.name) }.map {
        ($0.name, $0.value, $0.changesResults)
      })
  }
}
