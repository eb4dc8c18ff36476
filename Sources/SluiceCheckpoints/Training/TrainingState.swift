public import SluiceFlow
public import SluiceTensor

/// All that decides how a training run goes on: a run continued from it equals one that never stopped.
public struct TrainingState: Sendable {
  /// The model's parameters by checkpoint name.
  public var parameters: [String: Tensor]
  /// The optimizer's moments and counts by name.
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
  /// How far the pipeline's sources are consumed, and what failed so far.
  public var stream: StreamPosition
  /// The epoch of the last step, from 0.
  public var epoch: Int
  /// Threads that computed: for the record, for results do not depend on them.
  public var computeThreads: Int
  /// What the stream's steps are; `nil` in checkpoints of versions before 0.1.0, whose steps were batches, also of those of
  /// which several make an update.
  public private(set) var stepUnit: StepUnit? = .update
  /// Measures at this step, such as a validation loss; the best checkpoint is chosen by one of them.
  public var metrics: [String: Double]
  /// Whether the run owes a validation at this step, because it was stopped before or in it.
  public var owesValidation: Bool = false
  /// What accuracies are compared with, so far in the epoch; `nil` where nothing is.
  public var answers: AnswerCounts?

  /// What is counted as a step.
  public enum StepUnit: String, Codable, Sendable {
    /// An update of the parameters.
    case update
  }

  /// Creates a position.
  public init(stream: StreamPosition, epoch: Int, computeThreads: Int, metrics: [String: Double] = [:]) {
    self.stream = stream
    self.epoch = epoch
    self.computeThreads = computeThreads
    self.metrics = metrics
  }

  /// Optimizer steps done.
  public var step: Int { stream.step }
}

extension TrainingPosition {
  // Checkpoints from before version 0.1.0 do not know all of it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      stream: try values.decode(StreamPosition.self, forKey: .stream),
      epoch: try values.decode(Int.self, forKey: .epoch),
      computeThreads: try values.decode(Int.self, forKey: .computeThreads),
      metrics: try values.decode([String: Double].self, forKey: .metrics))
    stepUnit = try values.decodeIfPresent(StepUnit.self, forKey: .stepUnit)
    owesValidation = try values.decodeIfPresent(Bool.self, forKey: .owesValidation) ?? false
    answers = try values.decodeIfPresent(AnswerCounts.self, forKey: .answers)
  }
}
