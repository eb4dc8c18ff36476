internal import SluiceCheckpoints
internal import SluiceFlow
internal import SluiceReport
internal import SluiceTensor

// One session of a run: from a position to the end, a stop or an error.
extension Trainer {
  func train(
    from start: TrainingPosition?, commands: [String], stop: StopRequest, observe: (TrainingEvent) -> Void
  ) async throws -> TrainingOutcome {
    try datasets.store(in: directory)
    for (name, text) in keptFiles { try directory.keep(text, as: name) }
    try directory.write(configuration.text(commands: commands), to: directory.configuration)
    let log = try MetricsLog(path: directory.metrics, keepingThrough: start?.step ?? 0)
    var options = options
    options.start = start?.stream
    return try await Compute(threadCount: options.budget.compute, precision: precision).run {
      try await pipeline.run(options) { run in
        stop.whenMade { run.stop() }
        var metrics = run.metrics
        var recorder = StepRecorder(trainer: self, log: log, start: start, stop: stop)
        do {
          try await recorder.makeUp(observe: observe)
          for try await delivery in run.deliveries {
            try await recorder.record(delivery, observe: observe)
            // The last reading is of a moment at which everything still ran.
            metrics = run.metrics
          }
          try await recorder.finish(run.position, epoch: run.epoch, observe: observe)
          noteReading(observe)
        } catch {
          noteReading(observe)
          // What failed last is often why the run ends: it is named too.
          try recorder.recordFailures(run.position.failures, observe: observe)
          // What cannot be written must not hide why the run ended.
          try? recorder.keep(run.position, epoch: run.epoch, error, observe: observe)
          let failures = run.position.failures
          try? report(commands, metrics, failures, recorder.validationFailures, .failed("\(error)")).write()
          throw error
        }
        let position = run.position
        let isStopped = stop.isMade && (!isComplete(position) || recorder.owesValidation)
        var page = report(
          commands, metrics, position.failures, recorder.validationFailures, isStopped ? .stopped : .finished)
        // Whoever stops a run wants it to end.
        if !isStopped { page.samples = await samples() }
        try page.write()
        return TrainingOutcome(
          step: position.step, isStopped: isStopped, failures: position.failures, metrics: run.metrics)
      }
    }
  }

  private func noteReading(_ observe: (TrainingEvent) -> Void) {
    for note in readingNotes() { observe(.note(note)) }
    for note in validation?.evaluation.readingNotes() ?? [] { observe(.note("validation: \(note)")) }
  }

  private func report(
    _ commands: [String], _ metrics: RunMetrics, _ failures: FailureLog, _ validationFailures: [SampleFailure],
    _ ending: RunReport.Ending
  ) -> RunReport {
    RunReport(
      graph: pipeline.graph, configuration: configuration, directory: directory, commands: commands,
      metrics: metrics, failures: failures, validationFailures: validationFailures, ending: ending)
  }

  /// Writes the page of a finished run that was ended between its last checkpoint and its page.
  func completeReport(at position: StreamPosition) async throws {
    guard !RunReport.isFinal(at: directory.report, step: position.step) else { return }
    let commands = (try? StoredConfiguration(of: directory).commands) ?? []
    let metrics = RunMetrics(nodes: [], elapsed: 0, delivered: 0, consumerWaiting: 0, threads: options.budget.data)
    var page = report(commands, metrics, position.failures, [], .finished)
    page.samples = await Compute(threadCount: options.budget.compute, precision: precision).run { await samples() }
    try page.write()
  }

  /// What the trained network, or its average where the run keeps one, makes of some samples; a sentence where that fails,
  /// for the run is finished all the same.
  private func samples() async -> [Report.Part] {
    do {
      return try await trainable.optimizer.withAveragedWeights { try await showSamples(options) }
    } catch {
      return [.text("No sample can be shown: \(error)")]
    }
  }

  func isComplete(_ position: StreamPosition) -> Bool {
    pipeline.extent(of: options).isComplete(at: position)
  }

  var checkpoints: CheckpointFolder {
    CheckpointFolder(
      directory.checkpoints, keepLast: checkpointsKept, best: validation.map(\.evaluation.primary.best))
  }

  func save(_ position: TrainingPosition) throws -> String {
    let state = TrainingState(
      parameters: trainable.parameters.values, optimizer: trainable.optimizer.state, position: position,
      configuration: configuration.json)
    try state.requireFinite(in: directory)
    return try checkpoints.save(state)
  }
}
