internal import SluiceFlow

/// Writes down what a run delivers: the log, the failures, the checkpoints that are due.
struct StepRecorder {
  private let trainer: Trainer
  private let extent: RunExtent
  private let log: MetricsLog
  private let stop: StopRequest
  private let clock = ContinuousClock()
  private var lastStep: ContinuousClock.Instant
  private var lastCheckpoint: ContinuousClock.Instant
  private var savedStep: Int
  private var knownFailures: Int
  // Of the last step, if it was validated.
  private var validation: (step: Int, metrics: [String: Double])?

  init(trainer: Trainer, log: MetricsLog, start: StreamPosition?, stop: StopRequest) {
    self.trainer = trainer
    extent = trainer.pipeline.extent(of: trainer.options)
    self.log = log
    self.stop = stop
    lastStep = clock.now
    lastCheckpoint = clock.now
    savedStep = start?.step ?? 0
    knownFailures = start?.failures.samples.count ?? 0
  }

  /// Writes down a step, evaluating the network first where that is due.
  mutating func record(_ delivery: Delivery<StepReport>, observe: (TrainingEvent) -> Void) async throws {
    let report = delivery.output
    let now = clock.now
    let elapsed = now - lastStep
    let seconds = elapsed.seconds
    let rate = seconds > 0 ? Double(report.sampleCount) / seconds : 0
    let isValidated = try await validate(delivery, observe: observe)
    lastStep = clock.now
    let metrics = report.metrics.merging(validation(at: report.step)) { own, _ in own }
    try log.append(
      MetricsLog.Line(
        step: report.step, epoch: report.epoch, loss: report.loss, learningRate: report.learningRate,
        gradientNorm: report.gradientNorm, samplesPerSecond: rate, metrics: metrics))
    try recordFailures(delivery.position.failures, observe: observe)
    observe(.step(report, progress: advance(at: delivery.position, rate: rate)))
    if isValidated
      || isCheckpointDue(step: delivery.position.step, completesEpoch: delivery.completesEpoch, now: lastStep)
    {
      try save(delivery.position, epoch: delivery.epoch, observe: observe)
    }
  }

  /// Evaluates the network at the end of an epoch that is due, and after the last step.
  private mutating func validate(
    _ delivery: Delivery<StepReport>, observe: (TrainingEvent) -> Void
  ) async throws -> Bool {
    guard let validation = trainer.validation else { return false }
    let isDue = delivery.completesEpoch && extent.epoch(at: delivery.position) % validation.interval == 0
    guard isDue || extent.isComplete(at: delivery.position), !stop.isMade else { return false }
    let outcome = try await validation.evaluation.run(trainer.options, stop: stop)
    guard let outcome else { return false }
    self.validation = (delivery.position.step, outcome.findings.logged)
    observe(.validated(step: delivery.position.step, outcome))
    return true
  }

  private func validation(at step: Int) -> [String: Double] {
    validation?.step == step ? validation?.metrics ?? [:] : [:]
  }

  /// Writes down the samples that failed since the last call.
  mutating func recordFailures(_ failures: FailureLog, observe: (TrainingEvent) -> Void) throws {
    guard failures.samples.count > knownFailures else { return }
    for failure in failures.samples[knownFailures...] { observe(.failure(failure)) }
    knownFailures = failures.samples.count
    try trainer.directory.write(failures.csv, to: trainer.directory.failures)
  }

  /// Writes the last checkpoint.
  mutating func finish(_ position: StreamPosition, epoch: Int, observe: (TrainingEvent) -> Void) throws {
    try recordFailures(position.failures, observe: observe)
    if position.step > savedStep { try save(position, epoch: epoch, observe: observe) }
  }

  private mutating func save(_ position: StreamPosition, epoch: Int, observe: (TrainingEvent) -> Void) throws {
    try log.synchronize()
    observe(.checkpoint(try trainer.save(position, epoch: epoch, metrics: validation(at: position.step))))
    savedStep = position.step
    lastCheckpoint = clock.now
  }

  private func isCheckpointDue(step: Int, completesEpoch: Bool, now: ContinuousClock.Instant) -> Bool {
    if case .steps(let count)? = trainer.checkpointInterval { return step % count == 0 }
    guard case .seconds(let count) = trainer.checkpointInterval ?? .standard else { return false }
    return now - lastCheckpoint >= .seconds(count) || (trainer.checkpointInterval == nil && completesEpoch)
  }

  private func advance(at position: StreamPosition, rate: Double) -> TrainingAdvance {
    let (done, total, unit) = extent.progress(at: position)
    return TrainingAdvance(
      done: done, total: total, unit: unit == .outputs ? "steps" : "samples", samplesPerSecond: rate)
  }
}
