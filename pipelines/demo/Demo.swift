internal import FoundationEssentials
internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceModels
internal import SluiceNN
public import SluicePlatform
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTensor
public import SluiceTraining

/// The whole framework at work on data of its own: videos → shards → pre-training → fine-tuning → evaluation → report.
///
/// ```swift
/// let summary = try await Demo(in: "sluice-demo").run(stop: StopRequest()) { print($0) }
/// ```
/// What has been done stays in the directory: a demo that was stopped, or killed, goes on where it was.
public struct Demo: Sendable {
  public let directory: String
  public let settings: DemoSettings
  let budget: ThreadBudget

  /// - Parameter budget: the threads of all phases.
  public init(in directory: String, _ settings: DemoSettings = DemoSettings(), budget: ThreadBudget = ThreadBudget()) {
    self.directory = directory
    self.settings = settings
    self.budget = budget
  }

  /// Goes through all phases that are not done yet.
  /// - Returns: `nil` if it was stopped.
  /// - Throws: ``RunError`` if the directory holds something else or another process is at work there; what stops a phase.
  public func run(stop: StopRequest, observe: (DemoEvent) -> Void) async throws -> DemoSummary? {
    let ownership = try RunOwnership(of: RunDirectory(path: directory))
    defer { withExtendedLifetime(ownership) {} }
    var record = try DemoRecord(in: directory, settings)
    for part in SynthPipeline.Part.allCases {
      try await record.time("videos \(part)") { try await writeVideos(part, stop, observe) }
      guard !stop.isMade else { return nil }
      try await record.time("shards \(part)") { try await writeShards(part, stop, observe) }
      guard !stop.isMade else { return nil }
    }
    try await record.time("pre-training") { try await pretrain(&$0, stop, observe) }
    for draw in 0..<settings.draws {
      for kind in DemoKind.allCases
      where !stop.isMade && !record.summary.runs.contains(where: { $0.kind == kind && $0.draw == draw }) {
        try await record.time("\(kind) \(draw)") { try await tune(kind, draw, &$0, stop, observe) }
      }
    }
    guard !stop.isMade else { return nil }
    return record.summary
  }

  var synth: SynthPipeline {
    SynthPipeline(directory: directory + "/videos", seed: Int(truncatingIfNeeded: settings.seed))
  }

  func shards(_ part: SynthPipeline.Part) -> String { "\(directory)/shards/\(part.rawValue)" }

  func clips(_ part: SynthPipeline.Part) throws -> Clips {
    try Clips(videos: DatasetList(items: []), shards: [ShardSet(shards(part))])
  }

  // MARK: Data

  private func writeVideos(_ part: SynthPipeline.Part, _ stop: StopRequest, _ observe: (DemoEvent) -> Void) async throws
  {
    // The list is written last.
    guard !FileManager.default.fileExists(atPath: synth.list(part)) else { return }
    let count = part == .train ? settings.trainCount : settings.valCount
    let purpose = part == .train ? "to learn from" : "to evaluate on"
    observe(.phase("videos of moving shapes, \(purpose)", done: 0, total: count))
    try synth.prepare()
    var paths: [String] = []
    try await synth.pipeline(part, count: count).run(RunOptions(maxFailures: 0, budget: budget)) { run in
      stop.whenMade { run.stop() }
      for try await path in run {
        paths.append(path)
        observe(.progress(done: paths.count, unit: "videos", details: ""))
      }
    }
    if paths.count == count { try synth.writeList(part, paths: paths) }
  }

  private func writeShards(_ part: SynthPipeline.Part, _ stop: StopRequest, _ observe: (DemoEvent) -> Void) async throws
  {
    var list = try DatasetList(contentsOf: synth.list(part))
    list.root = directory
    let classes = try ClassMap(contentsOf: synth.classes)
    let clips = try ListedClip.all(of: list, classes: ClassSpace(map: classes, origin: synth.classes))
    if let set = try? ShardSet(shards(part)), set.count == clips.count { return }
    let writer = try ShardSetWriter(shards(part), classes: classes.orderedNames)
    let waiting = try writer.reconcile(with: clips.map(\.description)).waiting.map { clips[$0] }
    let pipeline = preprocessPipeline(waiting, into: writer, workers: budget.data)
    var done = clips.count - waiting.count
    observe(.phase("the same as frame shards", done: done, total: clips.count))
    try await pipeline.run(RunOptions(maxFailures: 0, budget: budget)) { run in
      stop.whenMade { run.stop() }
      for try await stored in run {
        if let failure = stored.failure { throw RunError(.data, "\(stored.clip.path): \(failure)") }
        done += 1
        observe(.progress(done: done, unit: "clips", details: ""))
      }
    }
    guard done == clips.count else { return }
    _ = try writer.finish()
    try ShardSet.storeManifest(in: shards(part))
  }

  // MARK: Training

  private func pretrain(_ record: inout DemoRecord, _ stop: StopRequest, _ observe: (DemoEvent) -> Void) async throws {
    guard !record.isPretrained else { return }
    let outcome = try await train("MaskFeat without labels", MaskFeat.self, pretraining, in: pretrained, stop, observe)
    if !outcome.isStopped { try record.notePretraining(outcome.metrics) }
  }

  private func tune(
    _ kind: DemoKind, _ draw: Int, _ record: inout DemoRecord, _ stop: StopRequest, _ observe: (DemoEvent) -> Void
  ) async throws {
    let title = "\(kind.title), draw \(draw + 1) of \(settings.draws)"
    let (request, run) = (tuning(kind, draw), run(kind, draw))
    guard !(try await train(title, MaskFeatFineTuning.self, request, in: run, stop, observe)).isStopped else { return }
    guard let counts = try await counts(of: run, stop) else { return }
    let recalls = (0..<counts.classCount).map { counts.recall(ofClass: $0) ?? 0 }
    observe(.note("\(kind.title): \(counts.top1.percentText) of \(counts.sampleCount) videos recognized"))
    try record.add(DemoSummary.Run(kind: kind, draw: draw, top1: counts.top1, recalls: recalls))
  }

  /// Trains, or goes on with what was begun.
  private func train(
    _ title: String, _ system: any TrainingSystem.Type, _ request: RunRequest, in directory: RunDirectory,
    _ stop: StopRequest, _ observe: (DemoEvent) -> Void
  ) async throws -> TrainingOutcome {
    var trainer = try PreparedRun(system, request).trainer(in: directory)
    trainer.command = request.command(system, out: directory.path)
    let total = request.steps ?? 0
    observe(.phase(title, done: 0, total: total))
    let show: (TrainingEvent) -> Void = { event in
      switch event {
      case .resumed(let step, _): observe(.phase(title, done: step, total: total))
      case .step(let report, let advance):
        let details = "loss \((report.loss * 10000).rounded() / 10000)"
        observe(.progress(done: advance.done, unit: advance.unit, details: details))
      default: break
      }
    }
    return directory.holdsRun
      ? try await trainer.resume(allowsChange: false, stop: stop, observe: show)
      : try await trainer.start(stop: stop, observe: show)
  }

  /// How the videos to evaluate on are classified; `nil` if it was stopped.
  private func counts(of run: RunDirectory, _ stop: StopRequest) async throws -> ClassificationCounts? {
    let tuning = try TrainedClassifier(from: run.path).tuning
    let predictions = tuning.predictions(on: try clips(.val), isLabeled: true)
    return try await Compute(threadCount: budget.compute).run {
      try await predictions.run(RunOptions(maxFailures: 0, budget: budget)) { run in
        var evaluator = ClassificationEvaluator(classCount: tuning.classifier.classCount)
        for try await prediction in run {
          try evaluator.add(prediction.output, for: prediction.batch)
          if stop.isMade { return nil }
        }
        return evaluator.counts
      }
    }
  }
}
