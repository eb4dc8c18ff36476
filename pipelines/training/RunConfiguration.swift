internal import FoundationEssentials
public import SluiceCheckpoints
public import SluiceDatasets
public import SluiceFlow
internal import SluiceTensor

/// Everything that was decided for a run: what was asked, and what it came to.
public struct RunConfiguration: Sendable {
  /// What was asked on the command line; not compared on resume, for its effects stand in the rest.
  public let request: RunRequest
  /// All that decides about results, as text by name, for example `decode.workers`.
  public let values: [String: String]
  /// The classes the model tells apart, where they have names.
  public let classes: ClassMap
  /// The settings that belong to the system and no stage, `model.…` and `recipe.…`, by name.
  public var choices: [(name: String, value: String)] {
    values.filter { $0.key.hasPrefix("model.") || $0.key.hasPrefix("recipe.") }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  // Names of values that change no result.
  private let harmless: Set<String>

  /// - Parameters:
  ///   - pipeline: the pipeline with all settings made.
  ///   - options: how it is run.
  ///   - choices: what was decided that no stage of the pipeline says, by name.
  ///   - classes: the classes the model tells apart, where they have names.
  public init<Output>(
    of pipeline: Pipeline<Output>, options: RunOptions, request: RunRequest, choices: [String: String] = [:],
    classes: ClassMap = ClassMap(numbers: [:])
  ) {
    self.request = request
    self.classes = classes
    var values = [
      "pipeline": pipeline.name, "run.data": request.data.joined(separator: " "), "run.seed": "\(options.seed)",
      "run.computeThreads": "\(options.budget.compute)",
    ]
    values["run.validation"] = request.validation?.joined(separator: " ")
    values["run.from"] = request.from
    if let precision = request.precision, precision != .float32 { values["run.precision"] = precision.rawValue }
    values["run.root"] = request.root
    values["run.classes"] = request.classes
    values["run.epochs"] = options.epochs.map { "\($0)" }
    values["run.steps"] = options.steps.map { "\($0)" }
    values["run.maxFailures"] = options.maxFailures.map { "\($0)" }
    for (name, value) in choices { values[name] = value }
    for setting in pipeline.settings { values[setting.name] = setting.value }
    self.values = values
    harmless = Set(pipeline.settings.filter { !$0.changesResults }.map(\.name))
  }

  /// The configuration as JSON: `{"request": …, "values": …, "classes": …}`.
  public var json: JSONValue {
    let asked = (try? JSONEncoder().encode(request)).map { String(decoding: $0, as: UTF8.self) }
    return .object([
      "request": asked.flatMap { try? JSONValue(json: $0) } ?? .null,
      "values": .object(values.mapValues { .string($0) }),
      "classes": .object(classes.numbers.mapValues { .integer($0) }),
      // Lists of the same data go on counting from there.
      "firstClassNumber": .integer(classes.firstNumber),
    ])
  }

  /// The configuration as JSON text, one member a line, with the commands that led to it.
  func text(commands: [String]) -> String {
    var members = json
    if case .object(var object) = members {
      object["commands"] = .array(commands.map { .string($0) })
      members = .object(object)
    }
    return ((try? members.json(pretty: true)) ?? "{}") + "\n"
  }

  /// The command of each sitting of the run in a directory, the oldest first; none where there is no run.
  static func storedCommands(in directory: RunDirectory) -> [String] {
    let data = FileManager.default.contents(atPath: directory.configuration)
    return data.flatMap { try? JSONDecoder().decode(Stored.self, from: $0) }?.commands ?? []
  }

  /// The request stored in a run's directory.
  /// - Throws: ``RunError`` if there is no run.
  public static func storedRequest(in directory: RunDirectory) throws -> RunRequest {
    guard let data = FileManager.default.contents(atPath: directory.configuration),
      let stored = try? JSONDecoder().decode(Stored.self, from: data)
    else {
      throw RunError(
        .resume, "\(directory.path) holds no run (no configuration.json). Start one without --resume.")
    }
    return stored.request
  }

  /// - Throws: ``RunError`` that lists the settings which differ from the checkpoint's and can change results.
  func requireSameResults(as saved: SavedCheckpoint) throws(RunError) {
    let difference = ConfigurationDifference(
      from: saved.configuration["values"], to: json["values"], ignoring: Array(harmless))
    guard difference.isEmpty else {
      throw RunError(
        .resume,
        """
        the configuration differs from that of \(saved.path):
        \(difference)
        Resume with the same settings, or go on with the new ones by --allow-change.
        """)
    }
  }

  private struct Stored: Decodable {
    let request: RunRequest
    let commands: [String]?
  }
}
