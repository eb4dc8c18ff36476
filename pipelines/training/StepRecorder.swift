internal import SluiceData
internal import SluiceFlow

/// Writes down what a run delivers: the log, the failures, the checkpoints that are due.
struct StepRecorder {
  private let trainer: Trainer
  private let log: MetricsLog
  private let clock = ContinuousClock()
  private var lastStep: ContinuousClock.Instant
  private var lastCheckpoint: ContinuousClock.Instant
  private var savedStep: Int
  private var knownFailures: Int

  init(trainer: Trainer, log: MetricsLog, start: StreamPosition?) {
    self.trainer = trainer
    self.log = log
    lastStep = clock.now
    lastCheckpoint = clock.now
    savedStep = start?.step ?? 0
    knownFailures = start?.failures.samples.count ?? 0
  }

  /// Writes down a step.
  mutating func record(_ delivery: Delivery<StepReport>, observe: (TrainingEvent) -> Void) throws {
    let report = delivery.output
    let now = clock.now
    let elapsed = now - lastStep
    lastStep = now
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    let rate = seconds > 0 ? Double(report.sampleCount) / seconds : 0
    try log.append(
      MetricsLog.Line(
        step: report.step, epoch: report.epoch, loss: report.loss, learningRate: report.learningRate,
        gradientNorm: report.gradientNorm, samplesPerSecond: rate, metrics: report.metrics))
    try recordFailures(delivery.position.failures, observe: observe)
    observe(.step(report, progress: advance(at: delivery.position, rate: rate)))
    if isCheckpointDue(step: delivery.position.step, completesEpoch: delivery.completesEpoch, now: now) {
      try save(delivery.position, epoch: delivery.epoch, observe: observe)
    }
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
    observe(.checkpoint(try trainer.save(position, epoch: epoch)))
    savedStep = position.step
    lastCheckpoint = clock.now
  }

  private func isCheckpointDue(step: Int, completesEpoch: Bool, now: ContinuousClock.Instant) -> Bool {
    if let interval = trainer.checkpointInterval { return step % interval == 0 }
    return completesEpoch && now - lastCheckpoint >= .seconds(60)
  }

  private func advance(at position: StreamPosition, rate: Double) -> TrainingAdvance {
    if let steps = trainer.options.steps {
      return TrainingAdvance(done: position.step, total: steps, unit: "steps", samplesPerSecond: rate)
    }
    let source = position.sources.first
    let total = (trainer.options.epochs ?? 1) * (source?.count ?? 0)
    return TrainingAdvance(
      done: min(source?.consumed ?? 0, total), total: total, unit: "samples", samplesPerSecond: rate)
  }
}
