internal import FoundationEssentials
internal import SluiceFlow
internal import SluicePlatform
internal import SluiceTraining

/// What a demo has done so far, on the disk after every step of it: `summary.json` in its directory.
struct DemoRecord {
  private(set) var summary: DemoSummary
  private let directory: RunDirectory

  private var path: String { directory.path + "/summary.json" }

  /// Opens the record of a demo that was begun, or begins one, in a directory that is there.
  /// - Throws: ``RunError`` if the directory holds a demo of other settings, or something else.
  init(in path: String, _ settings: DemoSettings) throws {
    directory = RunDirectory(path: path)
    let classes = MotionClass.allCases
    summary = DemoSummary(
      settings: settings, chance: 1 / Double(classes.count), classes: classes.map(\.name), runs: [], seconds: [:])
    if let data = FileManager.default.contents(atPath: self.path) {
      guard let stored = try? JSONDecoder().decode(DemoSummary.self, from: data) else {
        throw RunError(.file, "\(self.path) is no summary of a demo. Name another --out.")
      }
      guard stored.settings == settings else {
        throw RunError(
          .configuration,
          "\(path) holds a demo of other settings (\(stored.settings)). Run it with those, or name another --out.")
      }
      summary = stored
      return
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter {
      $0 != RunDirectory.lockName
    }
    guard names.isEmpty else {
      throw RunError(.file, "\(path) holds \(names.sorted()[0]), which is no demo's. Name another --out.")
    }
    try write()
  }

  var isPretrained: Bool { summary.stages != nil }

  mutating func notePretraining(_ metrics: RunMetrics) throws {
    summary.stages = metrics
    try write()
  }

  mutating func add(_ run: DemoSummary.Run) throws {
    summary.runs.append(run)
    try write()
  }

  /// Does `body` and notes how long it took, unless there was nothing to do.
  mutating func time(_ name: String, _ body: (inout DemoRecord) async throws -> Void) async throws {
    let clock = ContinuousClock()
    let begun = clock.now
    try await body(&self)
    let seconds = (clock.now - begun).seconds
    summary.seconds[name] = max(summary.seconds[name] ?? 0, (seconds * 10).rounded() / 10)
    try write()
  }

  /// The same for work that leaves nothing in the record.
  mutating func time(_ name: String, _ body: () async throws -> Void) async throws {
    try await time(name) { _ in try await body() }
  }

  private func write() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try directory.write(String(decoding: try encoder.encode(summary), as: UTF8.self) + "\n", to: path)
  }
}
