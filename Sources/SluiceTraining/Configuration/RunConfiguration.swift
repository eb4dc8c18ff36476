internal import FoundationEssentials
public import SluiceCheckpoints
public import SluiceDatasets
public import SluiceFlow
internal import SluicePlatform
internal import SluiceTensor

/// Everything that was decided for a run: what was asked, and what it came to.
public struct RunConfiguration: Sendable {
  /// What was asked on the command line; not compared on resume, for its effects stand in the rest.
  public let request: RunRequest
  /// All that decides about results, as text by name, for example `decode.workers`.
  public let values: [String: String]
  /// The classes that the model knows by name.
  public let classes: ClassMap
  /// What the best checkpoint is chosen by; `nil` without validation.
  public let primary: PrimaryMetric?
  /// The data by the names under which it is compared on resume.
  package var datasets: [String: DatasetIdentity] = [:]
  /// What tells the weights that the run began with from others; `nil` if it began with random numbers.
  package var weights: String?
  /// Names of values that change no result.
  let harmless: Set<String>
  /// What settings are that nobody made; a run of an older version may lack some.
  let defaults: [String: String]

  /// - Parameters:
  ///   - name: the system's or pipeline's.
  ///   - settings: the fields of its configuration and stages, and whether another value can change results.
  ///   - defaults: the values of a configuration in which only presets are chosen.
  ///   - options: how the pipeline is run.
  ///   - fixedParts: what the run is made with besides settings and data.
  ///   - classes: the classes that the model knows by name.
  ///   - primary: what the best checkpoint is chosen by.
  public init(
    of name: String, settings: [(name: String, value: String, changesResults: Bool)], defaults: [String: String] = [:],
    options: RunOptions, request: RunRequest, fixedParts: [String: String] = [:],
    classes: ClassMap = ClassMap(numbers: [:]), primary: PrimaryMetric? = nil
  ) {
    self.request = request
    self.classes = classes
    self.primary = primary
    self.defaults = defaults
    var values = [
      "pipeline": name, "run.data": request.data.joined(separator: " "), "run.seed": "\(options.seed)",
      "run.computeThreads": "\(options.budget.compute)",
    ]
    for (name, part) in fixedParts { values["run." + name] = part }
    values["run.validation"] = request.validation?.joined(separator: " ")
    values["run.from"] = request.from.map { _ in request.weightPaths.joined(separator: " ") }
    if request.from != nil {
      for (option, value) in request.weights.words { values["run.from." + option] = value ?? "true" }
    }
    if let precision = request.precision, precision != .float32 { values["run.precision"] = precision.rawValue }
    values["run.root"] = request.root
    values["run.classes"] = request.classes
    values["run.epochs"] = options.epochs.map { "\($0)" }
    values["run.steps"] = options.steps.map { "\($0)" }
    values["run.maxFailures"] = options.maxFailures.map { "\($0)" }
    for setting in settings { values[setting.name] = setting.value }
    self.values = values
    harmless = Set(settings.filter { !$0.changesResults }.map(\.name))
  }

  /// The configuration as JSON: `{"version": …, "request": …, "values": …, "classes": …, "best": …}`.
  public var json: JSONValue {
    let asked = (try? JSONEncoder().encode(request)).map { String(decoding: $0, as: UTF8.self) }
    var members: [String: JSONValue] = [
      "version": .string(SluiceVersion.text), "request": asked.flatMap { try? JSONValue(json: $0) } ?? .null,
      "values": .object(values.mapValues { .string($0) }),
      "classes": .object(classes.numbers.mapValues { .integer($0) }),
      // Lists of the same data go on counting from there.
      "firstClassNumber": .integer(classes.firstNumber),
    ]
    if let weights { members["weights"] = .string(weights) }
    if !datasets.isEmpty {
      members["datasets"] = .object(
        datasets.mapValues { .object(["digest": .string($0.digest), "count": .integer($0.count)]) })
    }
    if let primary {
      members["best"] = .object(["metric": .string(primary.name), "lowest": .bool(primary.isLowestBest)])
    }
    return .object(members)
  }

  /// The configuration as JSON text, one member per line, with the commands that led to it.
  func text(commands: [String]) -> String {
    var members = json
    if case .object(var object) = members {
      object["commands"] = .array(commands.map { .string($0) })
      members = .object(object)
    }
    return ((try? members.json(pretty: true)) ?? "{}") + "\n"
  }

  /// The values of all settings in a stored configuration, in the names of this version.
  package static func settings(in stored: JSONValue) -> [String: String] {
    LegacySettings.translated((stored["values"].object ?? [:]).compactMapValues(\.string))
  }
}

/// What stands in `configuration.json` of a run's directory.
public struct StoredConfiguration: Decodable, Sendable {
  /// What was asked for when the run was started.
  public let request: RunRequest
  /// The command of each session of the run, the oldest first.
  public let commands: [String]
  /// What the best checkpoint is chosen by; `nil` without validation.
  public let primary: PrimaryMetric?
  /// The values of all settings, in the names of this version.
  private let values: [String: String]

  private enum CodingKeys: String, CodingKey {
    case request, commands, best, values
  }

  /// The values of settings that a run goes on with unless it is told otherwise, though what they are by themselves may have
  /// changed since.
  ///
  /// Not those that follow from others: the rate from the size of a batch, the number of classes from the data.
  public var knownValues: [String: String] {
    values.filter { name, _ in
      request.settings[name] != nil || !["optimize.peak", "model.classCount"].contains(name)
    }
  }

  private struct Best: Decodable {
    let metric: String
    let lowest: Bool
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    request = try values.decode(RunRequest.self, forKey: .request)
    commands = try values.decodeIfPresent([String].self, forKey: .commands) ?? []
    let best = try values.decodeIfPresent(Best.self, forKey: .best)
    primary = best.map { $0.lowest ? .lowest($0.metric) : .highest($0.metric) }
    self.values = LegacySettings.translated(
      try values.decodeIfPresent([String: String].self, forKey: .values) ?? [:])
  }

  /// The configuration of the run in a directory.
  /// - Throws: ``RunError`` if there is no run.
  public init(of directory: RunDirectory) throws(RunError) {
    guard let data = FileManager.default.contents(atPath: directory.configuration),
      let stored = try? JSONDecoder().decode(StoredConfiguration.self, from: data)
    else {
      throw RunError(
        .resume, "\(directory.path) holds no run (no configuration.json). Start one without --resume.")
    }
    self = stored
  }
}
