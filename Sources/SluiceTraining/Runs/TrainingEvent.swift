public import SluiceFlow
public import SluiceNN

/// What a run tells whoever watches it.
public enum TrainingEvent: Sendable {
  /// The run goes on behind a checkpoint.
  case resumed(step: Int, checkpoint: String)
  /// A new run begins with these weights.
  case loaded(_ path: String, LoadReport)
  /// The network was evaluated after a step.
  case validated(step: Int, EvaluationOutcome)
  /// Something differs from what the run was made with, and may.
  case note(String)
  /// A checkpoint that was cut off or damaged was skipped.
  case skipped(String)
  /// A sample failed that had not failed before.
  case failure(SampleFailure)
  case step(StepReport, progress: TrainingAdvance)
  /// A checkpoint is on the disk.
  case checkpoint(String)
}

/// How far a run is: in steps if it ends by steps, else in samples.
public struct TrainingAdvance: Sendable, Equatable {
  public let done: Int
  public let total: Int
  /// What is counted.
  public let unit: String
  /// Samples per second over the last step.
  public let samplesPerSecond: Double
}

/// How a run ended.
public struct TrainingOutcome: Sendable {
  /// Steps done, those before a resume included.
  public let step: Int
  /// Whether it was asked to stop before its end.
  public let isStopped: Bool
  /// The samples that failed.
  public let failures: FailureLog
  /// What each node did.
  public let metrics: RunMetrics
  /// Whether the run was finished before and nothing was done.
  public let wasFinished: Bool

  init(step: Int, isStopped: Bool, failures: FailureLog, metrics: RunMetrics) {
    (self.step, self.isStopped, self.failures, self.metrics) = (step, isStopped, failures, metrics)
    wasFinished = false
  }

  /// What is left to say of a run that was finished before.
  init(finishedAt position: StreamPosition) {
    (step, isStopped, failures) = (position.step, false, position.failures)
    metrics = RunMetrics(nodes: [], elapsed: 0, delivered: 0, consumerWaiting: 0, threads: 0)
    wasFinished = true
  }
}
