internal import SluiceCheckpoints
internal import SluiceFlow
internal import SluicePlatform

/// Writes down what a run delivers: the log, the failures, the checkpoints that are due, and what validations find.
struct StepRecorder {
  private let trainer: Trainer
  private let extent: RunExtent
  private let log: MetricsLog
  private let stop: StopRequest
  private let clock = ContinuousClock()
  private var lastStep: ContinuousClock.Instant
  private var lastCheckpoint: ContinuousClock.Instant
  private var knownFailures: Int
  /// Whole epochs at the last position that was recorded.
  private var epoch: Int
  /// What the last checkpoint says; `nil` before the first.
  private var saved: TrainingPosition?
  /// What accuracies are compared with, so far in the epoch.
  private var answers: AnswerCounts?
  /// The samples that failed in validations of this session.
  private(set) var validationFailures: [SampleFailure] = []

  init(trainer: Trainer, log: MetricsLog, start: TrainingPosition?, stop: StopRequest) {
    self.trainer = trainer
    extent = trainer.pipeline.extent(of: trainer.options)
    self.log = log
    self.stop = stop
    lastStep = clock.now
    lastCheckpoint = clock.now
    knownFailures = start?.stream.failures.samples.count ?? 0
    epoch = start.map { [extent] in extent.epoch(at: $0.stream) } ?? 0
    saved = start
    answers = start?.answers
  }

  /// Whether a validation is still to be made, because the run was stopped before it.
  var owesValidation: Bool { trainer.validation != nil && saved?.owesValidation == true }

  /// Makes the validation that was interrupted when the run was stopped.
  mutating func makeUp(observe: (TrainingEvent) -> Void) async throws {
    if owesValidation { try await validate(observe: observe) }
  }

  /// Writes down a step, and evaluates the network where that is due; the checkpoint is there before.
  mutating func record(_ delivery: Delivery<StepReport>, observe: (TrainingEvent) -> Void) async throws {
    let report = delivery.output.compared(with: &answers)
    let now = clock.now
    let elapsed = now - lastStep
    let seconds = elapsed.seconds
    let rate = seconds > 0 ? Double(report.sampleCount) / seconds : 0
    try log.append(
      MetricsLog.Line(
        step: report.step, epoch: report.epoch, loss: report.loss, learningRate: report.learningRate,
        gradientNorm: report.gradientNorm, samplesPerSecond: rate, metrics: report.metrics))
    try recordFailures(delivery.position.failures, observe: observe)
    observe(.step(report, progress: advance(at: delivery.position, rate: rate)))
    let isDue = isValidationDue(at: delivery.position)
    if isDue
      || isCheckpointDue(step: delivery.position.step, completesEpoch: delivery.completesEpoch, now: now)
    {
      try save(delivery.position, epoch: delivery.epoch, owesValidation: isDue, observe: observe)
    }
    if isDue { try await validate(observe: observe) }
    lastStep = clock.now
  }

  /// Writes down the samples that failed since the last call.
  mutating func recordFailures(_ failures: FailureLog, observe: (TrainingEvent) -> Void) throws {
    guard failures.samples.count > knownFailures else { return }
    for failure in failures.samples[knownFailures...] { observe(.failure(failure)) }
    knownFailures = failures.samples.count
    try FailureFile(of: trainer.directory).replace(failures.samples, of: .training)
  }

  /// Writes a checkpoint of a run that ends because too many samples have failed: no step is lost with them.
  ///
  /// No step has begun behind the last one, for the error comes in place of the next sample.
  mutating func keep(
    _ position: StreamPosition, epoch: Int, _ error: any Error, observe: (TrainingEvent) -> Void
  ) throws {
    guard let error = error as? FlowError, error.code == .tooManyFailures || error.code == .noUsableSample,
      position.step > 0, saved?.stream != position
    else { return }
    try save(position, epoch: epoch, owesValidation: isValidationDue(at: position), observe: observe)
  }

  /// Writes the last checkpoint, and makes the last validation if the end came behind the last step.
  mutating func finish(_ position: StreamPosition, epoch: Int, observe: (TrainingEvent) -> Void) async throws {
    try recordFailures(position.failures, observe: observe)
    let isDue = position.step > 0 && saved?.stream != position && isValidationDue(at: position)
    if position.step > saved?.step ?? 0 || isDue {
      try save(position, epoch: epoch, owesValidation: isDue, observe: observe)
    }
    if isDue { try await validate(observe: observe) }
  }

  private func isCheckpointDue(step: Int, completesEpoch: Bool, now: ContinuousClock.Instant) -> Bool {
    if case .steps(let count)? = trainer.checkpointInterval { return step % count == 0 }
    guard case .seconds(let count) = trainer.checkpointInterval ?? .standard else { return false }
    return now - lastCheckpoint >= .seconds(count) || (trainer.checkpointInterval == nil && completesEpoch)
  }

  private mutating func save(
    _ stream: StreamPosition, epoch: Int, owesValidation: Bool, observe: (TrainingEvent) -> Void
  ) throws {
    try log.synchronize()
    var position = TrainingPosition(
      stream: stream, epoch: epoch, computeThreads: trainer.options.budget.compute,
      metrics: saved?.step == stream.step ? saved?.metrics ?? [:] : [:])
    position.owesValidation = owesValidation
    position.answers = answers
    observe(.checkpoint(try trainer.save(position)))
    saved = position
    lastCheckpoint = clock.now
  }

  private func advance(at position: StreamPosition, rate: Double) -> TrainingAdvance {
    let (done, total, unit) = extent.progress(at: position)
    return TrainingAdvance(
      done: done, total: total, unit: unit == .outputs ? "steps" : "samples", samplesPerSecond: rate)
  }
}

// Validation
extension StepRecorder {
  /// Whether an epoch that is a multiple of the interval has been completed since the last position, or the run.
  ///
  /// One step may complete several epochs.
  private mutating func isValidationDue(at position: StreamPosition) -> Bool {
    let before = epoch
    epoch = extent.epoch(at: position)
    guard let validation = trainer.validation else { return false }
    return epoch / validation.interval > before / validation.interval || extent.isComplete(at: position)
  }

  /// Evaluates the network as it is in the last checkpoint, and adds what is found to the log and to the checkpoint.
  ///
  /// Where the run is to stop it is not begun, or not finished: the checkpoint says so, and it is made up for.
  private mutating func validate(observe: (TrainingEvent) -> Void) async throws {
    guard let validation = trainer.validation, var position = saved, !stop.isMade else { return }
    var failures = FailureLog()
    var outcome: EvaluationOutcome?
    do {
      // Of the averages, where the run keeps any: they are what is used of it.
      outcome = try await trainer.trainable.optimizer.withAveragedWeights {
        try await validation.evaluation.run(trainer.options, stop: stop, failures: &failures)
      }
    } catch {
      try? record(validationFailures: failures, observe: observe)
      throw error
    }
    try record(validationFailures: failures, observe: observe)
    guard let outcome else { return }
    try MetricsLog.amend(trainer.directory.metrics, step: position.step, with: outcome.findings.logged)
    position.metrics.merge(outcome.findings.logged) { $1 }
    position.owesValidation = false
    try trainer.checkpoints.amend(position)
    saved = position
    observe(.validated(step: position.step, outcome))
  }

  /// Names the samples that failed in a validation, each once a session.
  private mutating func record(validationFailures log: FailureLog, observe: (TrainingEvent) -> Void) throws {
    let known = Set(validationFailures.map { "\($0.source) \($0.sample)" })
    let new = log.samples.filter { !known.contains("\($0.source) \($0.sample)") }.map { failure in
      SampleFailure(
        source: failure.source, sample: failure.sample, identity: failure.identity, epoch: max(0, epoch - 1),
        stage: FailureFile.Use.validation.stage(failure.stage), reason: failure.reason)
    }
    guard !new.isEmpty else { return }
    for failure in new { observe(.failure(failure)) }
    validationFailures += new
    try FailureFile(of: trainer.directory).add(new, of: .validation)
  }
}
