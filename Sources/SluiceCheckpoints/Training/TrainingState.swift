public import SluiceTensor

/// All that decides how a training run goes on: a run continued from it equals one that never stopped.
public struct TrainingState: Sendable {
  /// The model's parameters by checkpoint name.
  public var parameters: [String: Tensor]
  /// The optimiser's moments and counts by name.
  public var optimizer: [String: Tensor]
  /// Where in the data and in the schedule the run is.
  public var position: TrainingPosition
  /// The resolved configuration of the run.
  public var configuration: JSONValue

  /// Creates a state from its parts.
  public init(
    parameters: [String: Tensor], optimizer: [String: Tensor], position: TrainingPosition, configuration: JSONValue
  ) {
    self.parameters = parameters
    self.optimizer = optimizer
    self.position = position
    self.configuration = configuration
  }
}

/// Where a run is: after which step, and which samples come next.
public struct TrainingPosition: Codable, Sendable, Equatable {
  /// Optimiser steps done.
  public var step: Int
  /// The epoch the next step belongs to, from 0.
  public var epoch: Int
  /// The run's seed.
  public var seed: UInt64
  /// Threads that compute: sums depend on how they are split, so a resumed run uses as many.
  public var computeThreads: Int
  /// Where each source of samples goes on, in the pipeline's order.
  public var sources: [SourcePosition]
  /// The distinct samples that failed so far.
  public var failures: [FailedSample]
  /// Measures at this step, such as a validation loss; the best checkpoint is chosen by one of them.
  public var metrics: [String: Double]

  /// Creates a position.
  public init(
    step: Int, epoch: Int, seed: UInt64, computeThreads: Int, sources: [SourcePosition],
    failures: [FailedSample] = [], metrics: [String: Double] = [:]
  ) {
    self.step = step
    self.epoch = epoch
    self.seed = seed
    self.computeThreads = computeThreads
    self.sources = sources
    self.failures = failures
    self.metrics = metrics
  }
}

/// The next sample of one source.
public struct SourcePosition: Codable, Sendable, Equatable {
  /// The source's name in the pipeline.
  public var source: String
  /// The seed of the source's order.
  public var seed: UInt64
  /// The epoch the sample belongs to, from 0.
  public var epoch: Int
  /// The sample's place in that epoch's order, from 0.
  public var sample: Int

  /// Creates a position.
  public init(source: String, seed: UInt64, epoch: Int, sample: Int) {
    self.source = source
    self.seed = seed
    self.epoch = epoch
    self.sample = sample
  }
}

/// A sample that could not be used.
public struct FailedSample: Codable, Sendable, Hashable {
  /// Which sample: its path, with a time range if it has one.
  public var sample: String
  /// The stage that failed.
  public var stage: String
  /// Why.
  public var reason: String

  /// Creates a record.
  public init(sample: String, stage: String, reason: String) {
    self.sample = sample
    self.stage = stage
    self.reason = reason
  }
}
