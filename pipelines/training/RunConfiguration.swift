internal import FoundationEssentials
public import SluiceCheckpoints
public import SluiceFlow

/// Everything that was decided for a run: what was asked, and what it came to.
public struct RunConfiguration: Sendable {
  /// What was asked on the command line; not compared on resume, for its effects stand in the rest.
  public let request: RunRequest
  /// All that decides about results, as text by name, for example `decode.workers`.
  public let values: [String: String]
  // Names of values that change no result.
  private let harmless: Set<String>

  /// - Parameters:
  ///   - pipeline: the pipeline with all settings made.
  ///   - options: how it is run.
  ///   - model: what the model was made from, by name.
  public init<Output>(
    of pipeline: Pipeline<Output>, options: RunOptions, request: RunRequest, model: [String: String]
  ) {
    self.request = request
    var values = [
      "pipeline": pipeline.name, "run.data": request.data.joined(separator: " "), "run.seed": "\(options.seed)",
      "run.computeThreads": "\(options.budget.compute)",
    ]
    values["run.root"] = request.root
    values["run.classes"] = request.classes
    values["run.epochs"] = options.epochs.map { "\($0)" }
    values["run.steps"] = options.steps.map { "\($0)" }
    values["run.maxFailures"] = options.maxFailures.map { "\($0)" }
    for (name, value) in model { values["model.\(name)"] = value }
    for setting in pipeline.settings { values[setting.name] = setting.value }
    self.values = values
    harmless = Set(pipeline.settings.filter { !$0.changesResults }.map(\.name))
  }

  /// The configuration as JSON: `{"request": …, "values": …}`.
  public var json: JSONValue {
    let asked = (try? JSONEncoder().encode(request)).map { String(decoding: $0, as: UTF8.self) }
    return .object([
      "request": asked.flatMap { try? JSONValue(json: $0) } ?? .null,
      "values": .object(values.mapValues { .string($0) }),
    ])
  }

  /// The configuration as JSON text, one member a line.
  var text: String { ((try? json.json(pretty: true)) ?? "{}") + "\n" }

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
  }
}
