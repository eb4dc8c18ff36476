import Foundation
import SluicePipelines
import SluiceTraining

/// Runs of a TimeSformer so small that a step takes no time, in this process, on small videos of a folder.
struct SmallRuns {
  let folder: TemporaryFolder

  init(_ folder: TemporaryFolder = TemporaryFolder()) {
    self.folder = folder
  }

  /// What a trainer came to.
  struct Ended {
    let outcome: TrainingOutcome
    /// The names of the events in their order.
    let events: [String]
    let notes: [String]
  }

  /// Writes videos `v0.mp4` … and a list of them with labels 0, 1, 2, 3, 0, … or, of classes with names, these.
  func data(_ count: Int = 4, list: String = "train.txt", classes: [String] = []) throws {
    var lines: [String] = []
    for number in 0..<count {
      if !FileManager.default.fileExists(atPath: folder("v\(number).mp4")) {
        try folder.video("v\(number).mp4", frames: 8, width: 32, height: 32, seed: number)
      }
      lines.append("v\(number).mp4 " + (classes.isEmpty ? "\(number % 4)" : classes[number % classes.count]))
    }
    _ = try folder.write(lines.joined(separator: "\n") + "\n", list)
  }

  /// Asks for a run on a list of the folder: two clips a step, a checkpoint after each.
  func request(
    _ list: String = "train.txt", epochs: Int? = 2, steps: Int? = nil, _ change: (inout RunRequest) -> Void = { _ in }
  ) -> RunRequest {
    var request = RunRequest()
    request.data = [folder(list)]
    request.root = folder.path
    (request.epochs, request.steps, request.seed) = (epochs, steps, 5)
    request.threads = 1
    request.checkpointEvery = .steps(1)
    request.settings = [
      "batch.size": "2", "model.depth": "1", "model.dimension": "16", "model.headCount": "2", "model.imageSize": "32",
      "model.frameCount": "2", "denseFrames.stride": "2", "recipe.flip": "0",
    ]
    change(&request)
    return request
  }

  func directory(_ name: String = "run") -> RunDirectory { RunDirectory(path: folder(name)) }

  /// Trains from the beginning, and asks to stop after a step.
  @discardableResult
  func start(
    _ request: RunRequest, in name: String = "run", stopAfter step: Int? = nil, overwrites: Bool = false,
    watch: @escaping (TrainingEvent, StopRequest) throws -> Void = { _, _ in }
  ) async throws -> Ended {
    try await run(request, in: name, stopAfter: step, watch) { trainer, stop, observe in
      var trainer = trainer
      trainer.overwrites = overwrites
      return try await trainer.start(stop: stop, observe: observe)
    }
  }

  /// Resumes with `request`, completed by the one that the run was started with.
  @discardableResult
  func resume(
    _ request: RunRequest = RunRequest(), in name: String = "run", allowsChange: Bool = false,
    stopAfter step: Int? = nil, watch: @escaping (TrainingEvent, StopRequest) throws -> Void = { _, _ in }
  ) async throws -> Ended {
    let whole = request.completed(by: try StoredConfiguration(of: directory(name)).request)
    return try await run(whole, in: name, stopAfter: step, watch) { trainer, stop, observe in
      try await trainer.resume(allowsChange: allowsChange, stop: stop, observe: observe)
    }
  }

  private func run(
    _ request: RunRequest, in name: String, stopAfter step: Int?,
    _ watch: @escaping (TrainingEvent, StopRequest) throws -> Void,
    _ body: (Trainer, StopRequest, (TrainingEvent) -> Void) async throws -> TrainingOutcome
  ) async throws -> Ended {
    let trainer = try PreparedRun(TimeSformerTraining.self, request).trainer(in: directory(name))
    let stop = StopRequest()
    var (events, notes): ([String], [String]) = ([], [])
    var problem: (any Error)?
    let outcome = try await body(trainer, stop) { event in
      events.append("\(event)".prefix { $0 != "(" }.description)
      if case .note(let text) = event { notes.append(text) }
      if case .step(let report, _) = event, report.step == step { stop.make() }
      do { try watch(event, stop) } catch { problem = problem ?? error }
    }
    if let problem { throw problem }
    return Ended(outcome: outcome, events: events, notes: notes)
  }

  func losses(_ name: String = "run") throws -> [Double] {
    try MetricsLog.lines(at: directory(name).metrics).map(\.loss)
  }
}
