internal import FoundationEssentials
internal import SluiceData
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceModels
internal import SluiceNN
public import SluicePlatform
internal import SluiceShards
internal import SluiceTensor

/// The whole framework at work on data of its own: videos → shards → pre-training → fine-tuning → evaluation → report.
///
/// ```swift
/// let summary = try await Demo(in: "sluice-demo").run(stop: StopRequest()) { print($0) }
/// ```
/// What has been done stays in the directory: a demo that was stopped, or killed, goes on where it was.
public struct Demo: Sendable {
  public let directory: String
  public let settings: DemoSettings
  private let budget: ThreadBudget
  let pipelines: DemoPipelines

  /// - Parameter budget: the threads of all phases.
  public init(in directory: String, _ settings: DemoSettings = DemoSettings(), budget: ThreadBudget = ThreadBudget()) {
    self.directory = directory
    self.settings = settings
    self.budget = budget
    pipelines = DemoPipelines(settings: settings)
  }

  /// Goes through all phases that are not done yet.
  /// - Returns: `nil` if it was stopped.
  /// - Throws: ``RunError`` if the directory holds something else; what stops a phase.
  public func run(stop: StopRequest, observe: (DemoEvent) -> Void) async throws -> DemoSummary? {
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

  private var synth: SynthPipeline {
    SynthPipeline(directory: directory + "/videos", seed: Int(truncatingIfNeeded: settings.seed))
  }

  private func shards(_ part: SynthPipeline.Part) -> String { "\(directory)/shards/\(part.rawValue)" }

  func clips(_ part: SynthPipeline.Part) throws -> Clips {
    try Clips(videos: DatasetList(items: []), shards: [ShardSet(shards(part))])
  }

  // MARK: Data

  private func writeVideos(_ part: SynthPipeline.Part, _ stop: StopRequest, _ observe: (DemoEvent) -> Void) async throws
  {
    // The list is written last.
    guard !FileManager.default.fileExists(atPath: synth.list(part)) else { return }
    let count = part == .train ? settings.trainCount : settings.valCount
    let purpose = part == .train ? "to learn from" : "to judge by"
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
    let list = try DatasetList(contentsOf: synth.list(part))
    let classes = try ClassMap(contentsOf: directory + "/videos/classes.json")
    let clips = try ListedClip.all(of: list, root: directory, classMap: classes)
    if let set = try? ShardSet(shards(part)), set.count == clips.count { return }
    let writer = try ShardSetWriter(shards(part))
    let waiting = clips.filter { !writer.finished.contains($0.description) }
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
    if done == clips.count { _ = try writer.finish() }
  }

  // MARK: Training

  /// The run of pre-training.
  var pretrained: RunDirectory { RunDirectory(path: directory + "/pretrain") }

  /// The run of one training with labels.
  func run(_ kind: DemoKind, _ draw: Int) -> RunDirectory {
    RunDirectory(path: "\(directory)/\(kind.rawValue)-\(draw)")
  }

  private func pretrain(_ record: inout DemoRecord, _ stop: StopRequest, _ observe: (DemoEvent) -> Void) async throws {
    guard !record.isPretrained else { return }
    let title = "MaskFeat without labels"
    let pipeline = try pipelines.pretraining(on: clips(.train))
    var request = RunRequest()
    (request.steps, request.seed) = (settings.pretrainSteps, settings.seed)
    request.threads = budget.compute
    request.checkpointEvery = max(1, settings.pretrainSteps / 5)
    let outcome = try await train(title, pipeline, request, in: pretrained, stop, observe)
    if !outcome.isStopped { try record.notePretraining(outcome.metrics) }
  }

  private func tune(
    _ kind: DemoKind, _ draw: Int, _ record: inout DemoRecord, _ stop: StopRequest, _ observe: (DemoEvent) -> Void
  ) async throws {
    let title = "\(kind.title), draw \(draw + 1) of \(settings.draws)"
    let model = VideoClassifier(try Classifier(MViT(.demo), classCount: MotionClass.allCases.count))
    let pipeline = pipelines.tuning(of: model, on: try clips(.train).selecting(labelled(draw)), kind)
    var request = RunRequest()
    (request.steps, request.seed) = (settings.tuneSteps, settings.seed &+ UInt64(draw))
    request.threads = budget.compute
    if kind == .pretrained { request.from = pretrained.path }
    guard !(try await train(title, pipeline, request, in: run(kind, draw), stop, observe)).isStopped else { return }
    guard let counts = try await counts(of: model, kind, stop) else { return }
    let recalls = (0..<counts.classCount).map { counts.recall(ofClass: $0) ?? 0 }
    observe(.note("\(kind.title): \(DemoSummary.percent(counts.top1)) of \(counts.sampleCount) videos recognised"))
    try record.add(DemoSummary.Run(kind: kind, draw: draw, top1: counts.top1, recalls: recalls))
  }

  /// Trains, or goes on with what was begun.
  private func train(
    _ title: String, _ pipeline: Pipeline<StepReport>, _ request: RunRequest, in directory: RunDirectory,
    _ stop: StopRequest,
    _ observe: (DemoEvent) -> Void
  ) async throws -> TrainingOutcome {
    let trainer = try PreparedRun(pipeline, request).trainer(in: directory)
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
    // Killed before its first checkpoint, a run has nothing to go on with.
    if directory.holdsRun, try !directory.hasCheckpoint { try directory.remove() }
    return directory.holdsRun
      ? try await trainer.resume(allowsChange: false, stop: stop, observe: show)
      : try await trainer.start(stop: stop, observe: show)
  }

  /// The labelled videos of a draw: of each class as many, evenly likely.
  private func labelled(_ draw: Int) -> [Int] {
    let classCount = MotionClass.allCases.count
    return (0..<classCount).flatMap { label in
      var random = KeyedRandom(seed: settings.seed, epoch: draw, sample: label, stage: "demo labels")
      var places = Array(stride(from: label, to: settings.trainCount, by: classCount))
      return (0..<min(settings.labelsPerClass, places.count)).map { _ in
        places.remove(at: random.integer(in: 0...places.count - 1))
      }
    }
  }

  /// How often the videos to judge by are recognised; `nil` if it was stopped.
  private func counts(
    of model: VideoClassifier, _ kind: DemoKind, _ stop: StopRequest
  ) async throws -> ClassificationCounts? {
    let pipeline = pipelines.evaluation(of: model, on: try clips(.val), kind)
    var counts = ClassificationCounts(classCount: model.classCount)
    try await Compute(threadCount: budget.compute).run {
      try await pipeline.run(RunOptions(maxFailures: 0, budget: budget)) { run in
        stop.whenMade { run.stop() }
        for try await prediction in run {
          counts.add(logits: prediction.values, labels: prediction.batch.compactMap(\.target.label))
        }
      }
    }
    return counts.sampleCount == settings.valCount ? counts : nil
  }
}
