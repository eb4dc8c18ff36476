internal import SluiceCheckpoints
internal import SluiceDatasets
internal import SluiceFlow
internal import SluicePlatform

/// What is asked of a run against what it was made with, before it goes on.
///
/// Settings are compared by value, data and classes by content: where lists, videos and runs lie does not count, and
/// neither do threads, workers, validation that is added, or how much is tolerated.
struct ResumeComparison {
  let configuration: RunConfiguration
  let pipeline: Pipeline<StepReport>
  let options: RunOptions
  let datasets: RunDatasets
  let directory: RunDirectory

  /// Values that say where data lies; runs that do not know its identity are compared by them.
  private static let locations: Set<String> = ["run.data", "run.validation", "run.root", "run.classes"]
  /// Values of the run itself that change no result.
  private static let harmless: Set<String> = ["run.computeThreads", "run.maxFailures"]
  /// How long the run is: compared by what that changes.
  private static let length: Set<String> = ["run.epochs", "run.steps"]

  /// - Parameters:
  ///   - saved: the configuration that was stored.
  ///   - path: where it is from, for messages.
  ///   - failures: the samples that have failed so far: they may be others now.
  /// - Returns: what is different though it may be, a sentence each.
  /// - Throws: ``RunError`` that lists what differs and can change results.
  func requireSameResults(
    as saved: JSONValue, of path: String, position: StreamPosition?
  ) throws(RunError) -> [String] {
    let stored = ResumeComparison.identities(in: saved)
    var lines: [String] = []
    var notes: [String] = []
    if !stored.isEmpty {
      let (sentences, repaired) = datasets.differences(from: stored, in: directory) { name in
        failed(in: name, at: position)
      }
      lines += sentences
      for (name, samples) in repaired.sorted(by: { $0.key < $1.key }) {
        notes.append(
          "\(name): \(samples.count) sample\(samples.count == 1 ? "" : "s") that had failed "
            + "\(samples.count == 1 ? "is another" : "are others") now")
      }
    } else if let difference = ResumeComparison.classDifference(saved, configuration) {
      lines.append(difference)
    }
    let settings = settingDifference(from: saved, knowsData: !stored.isEmpty)
    if !settings.isEmpty { lines.append(settings.description) }
    let planned = plannedOptions(in: saved)
    // With other settings the length is not what makes the difference.
    if settings.isEmpty, lines.isEmpty {
      lines += pipeline.differences(from: planned, to: options, after: position?.step ?? 0)
    }
    if planned.epochs != options.epochs || planned.steps != options.steps {
      notes.append(
        "the run has \(ResumeComparison.words(options)) now; it was begun with \(ResumeComparison.words(planned))")
    }
    guard lines.isEmpty else {
      let version = saved["version"].string.map { "version \($0)" } ?? "a version before 0.1.0"
      throw RunError(
        .resume,
        """
        the configuration differs from that of \(path), written by \(version):
        \(lines.joined(separator: "\n"))
        Resume with the same data and settings, or go on with the new ones by --allow-change.
        """)
    }
    return notes
  }

  private func settingDifference(from saved: JSONValue, knowsData: Bool) -> ConfigurationDifference {
    var stored = RunConfiguration.settings(in: saved)
    var present = configuration.values
    if saved["version"].string != SluiceVersion.text {
      // A setting that the version before did not know had the value that it has now unless somebody says otherwise.
      for (name, value) in configuration.defaults where stored[name] == nil && present[name] == value {
        present[name] = nil
      }
    }
    if saved["version"].isNull { stored = stored.filter { configuration.values[$0.key] != nil } }
    var ignored = configuration.harmless.union(ResumeComparison.harmless).union(ResumeComparison.length)
    if knowsData { ignored.formUnion(ResumeComparison.locations) }
    if isSameWeights(as: saved, stored["run.from"]) { ignored.insert("run.from") }
    // What is only added to a run is validated from now on.
    if stored["run.validation"] == nil { ignored.insert("run.validation") }
    return ConfigurationDifference(
      from: .object(stored.mapValues { .string($0) }), to: .object(present.mapValues { .string($0) }),
      ignoring: Array(ignored))
  }

  /// Whether the weights that are named now are those that the run began with, under another path.
  ///
  /// What the run began with itself need not be there any more.
  private func isSameWeights(as saved: JSONValue, _ path: String?) -> Bool {
    let (now, choice) = (configuration.request.weightPaths, configuration.request.weights.checkpoint)
    guard !now.isEmpty, path != nil, let known = saved["weights"].string else { return false }
    return now.joined(separator: " ") == path || WeightsIdentity.text(of: now, choice) == known
  }

  /// The length that the run was begun with.
  private func plannedOptions(in saved: JSONValue) -> RunOptions {
    let values = RunConfiguration.settings(in: saved)
    var planned = options
    planned.epochs = values["run.epochs"].flatMap(Int.init)
    planned.steps = values["run.steps"].flatMap(Int.init)
    return planned
  }

  private static func words(_ options: RunOptions) -> String {
    let parts = [
      options.epochs.map { "\($0) epoch\($0 == 1 ? "" : "s")" },
      options.steps.map { "\($0) step\($0 == 1 ? "" : "s")" },
    ].compactMap(\.self)
    return parts.isEmpty ? "no end" : parts.joined(separator: " or ")
  }

  /// The samples of a set that have failed so far.
  private func failed(in name: String, at position: StreamPosition?) -> Set<Int> {
    // With several sources, or a choice among the samples of one, it is not known which number is whose.
    guard let position, position.sources.count == 1, position.sources[0].count == datasets.manifests[name]?.count,
      name == RunDatasets.training
    else { return [] }
    return Set(position.failures.samples.map(\.sample))
  }

  private static func identities(in saved: JSONValue) -> [String: DatasetIdentity] {
    (saved["datasets"].object ?? [:]).compactMapValues { value in
      guard let digest = value["digest"].string, let count = value["count"].int else { return nil }
      return DatasetIdentity(digest: digest, count: count)
    }
  }

  /// Of a run that does not know the identity of its data: the first class that had another name.
  private static func classDifference(_ saved: JSONValue, _ configuration: RunConfiguration) -> String? {
    let stored = ClassMap(numbers: (saved["classes"].object ?? [:]).compactMapValues(\.int))
    let own = ClassMap(numbers: configuration.classes.numbers)
    guard !stored.isEmpty, !own.isEmpty else { return nil }
    return DatasetManifest(classes: own).difference(from: DatasetManifest(classes: stored)).first
  }
}
