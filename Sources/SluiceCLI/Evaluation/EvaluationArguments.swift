internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluiceNN
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// The options of commands that run a trained classifier.
struct EvaluationArguments: ParsableArguments {
  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("A run (its best checkpoint), a checkpoint, or a file of weights.", valueName: "checkpoint"))
  var origin: String?

  @OptionGroup
  var weights: WeightsArguments

  @Option(
    help: ArgumentHelp(
      """
      Takes the views by which the recipe's authors measured its results: published. It stands for --windows, --crops \
      and --average.
      """), transform: word)
  var views: PublishedViews?

  @Option(help: "Windows in time of each sample, spread evenly. (default: 1)", in: NumberRange(1...1000))
  var windows: Int?

  @Option(
    help: """
      Crops of each frame: center (the default), three (left, right, center), five (the corners, center), or ten (those \
      and their mirror images).
      """, transform: parsed)
  var crops: EvaluationViews.Crops?

  @Option(
    help:
      "What of a sample's views is averaged: score (the default), logits before any softmax, or prob, probabilities.",
    transform: averaging)
  var average: ViewAverage.Rule?

  @Option(
    name: .customLong("classes"),
    help: ArgumentHelp(
      """
      Class names and their numbers: JSON, CSV (id,name) or a name on each line (default: the run's); once for each list \
      with --protocol k600.
      """, valueName: "file"))
  var classFiles: [String] = []

  @Option(help: "Threads that compute (default: the cores).", in: .threads)
  var threads: Int?

  @Option(
    help: ArgumentHelp("How decoded frames become crops: exact or fast (default: as trained).", valueName: "path"))
  var pixels: String?

  @OptionGroup
  var settings: SettingArguments

  @Flag(help: "Prints JSON.")
  var json = false

  /// What `--from` names; what uses it also asks for a ``request(root:format:)``, which requires it.
  var from: String { origin ?? "" }

  /// The one file of classes.
  var classes: String? { classFiles.first }

  /// What `--views` takes.
  enum PublishedViews: String, CaseIterable {
    case published
  }

  func validate() throws {
    let own = [("--windows", windows != nil), ("--crops", crops != nil), ("--average", average != nil)]
    guard views != nil, let (option, _) = own.first(where: \.1) else { return }
    throw ValidationError("--views published says how many windows and crops there are. Leave \(option) out.")
  }

  /// The views that are asked for.
  /// - Parameters:
  ///   - usual: what of them is averaged unless it is said.
  ///   - published: those of the recipe's authors.
  func views(
    average usual: ViewAverage.Rule = .score, published: () throws -> EvaluationViews
  ) rethrows -> EvaluationViews {
    guard views == nil else { return try published() }
    return EvaluationViews(windows: windows ?? 1, crops: crops ?? .center, average: average ?? usual)
  }

  /// What the options say of the model and its data.
  /// - Parameter listCount: lists of data that may have classes of their own.
  /// - Throws: `ValidationError` without `--from`, or with more files of classes than lists.
  func request(root: String? = nil, format: String? = nil, listCount: Int = 1) throws -> RunRequest {
    guard origin != nil else { throw ValidationError("Missing expected argument '--from <checkpoint>'") }
    guard classFiles.count <= max(listCount, 1) else {
      throw ValidationError("--classes is there \(classFiles.count) times, and \(max(listCount, 1)) is wanted.")
    }
    var request = RunRequest()
    request.root = root
    request.format = format
    request.classes = classes
    request.evaluationClasses = classFiles
    request.weights = weights.options
    if weights.weights == nil, let stored = try StoredModel(opening: from, weights.checkpoint ?? .best),
      stored.checkpoint.hasAverage
    {
      Console.note("\(from): the weights that training steps; --weights ema reads their average, which --val evaluates")
    }
    if let pixels { request.settings["augment.path"] = pixels }
    for (name, value) in try settings.assignments where !Self.isStage(name) { request.settings[name] = value }
    return request
  }

  /// Makes the settings that belong to the stages of an evaluation's pipeline, by `set`.
  func apply(_ set: (_ name: String, _ value: String) throws -> Void) throws {
    for (name, value) in try settings.assignments where Self.isStage(name) { try set(name, value) }
  }

  /// How the evaluation is run.
  func options(maxFailures: Double = 0.01) -> RunOptions {
    RunOptions(maxFailures: maxFailures, budget: ThreadBudget(compute: threads))
  }

  /// The threads of tensor operations.
  var compute: Compute { Compute(threadCount: options().budget.compute) }

  private static func parsed(_ text: String) throws -> EvaluationViews.Crops {
    guard let crops = EvaluationViews.Crops(rawValue: text) else {
      throw ValidationError("--crops \(text): center, three, five or ten is wanted.")
    }
    return crops
  }

  private static func averaging(_ text: String) throws -> ViewAverage.Rule {
    guard let rule = ViewAverage.Rule(rawValue: text) else {
      throw ValidationError("--average \(text): score or prob is wanted.")
    }
    return rule
  }

  /// Whether a setting changes how stages run, and not what the model is.
  private static func isStage(_ setting: String) -> Bool {
    setting.hasSuffix(".workers") || setting.hasSuffix(".buffer")
  }
}
