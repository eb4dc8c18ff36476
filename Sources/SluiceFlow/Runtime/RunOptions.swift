public import SluicePlatform

/// How a pipeline is run; none of it changes what is declared.
///
/// Without `epochs` and `steps` a run is one pass over the list, and the last batch may be smaller. With either, batches
/// are always full: the last one of an epoch is filled from the next epoch's order.
public struct RunOptions: Sendable {
  /// The key of all randomness.
  public var seed: UInt64
  /// Ends the run with the output that holds the last sample of this many epochs.
  public var epochs: Int?
  /// Ends the run when this many outputs have been delivered, those before a resume included.
  public var steps: Int?
  /// Where to go on; its seed must be `seed`.
  public var start: StreamPosition?
  /// The share of a list's samples that may fail, judged at the end of each epoch; `nil` for any.
  public var maxFailures: Double?
  /// How many threads the run keeps busy.
  public var budget: ThreadBudget
  /// The clock of the metrics.
  public var clock: MonotonicClock
  /// Where each worker's activities are written down one by one; `nil` for nowhere.
  public var trace: TraceRecorder?

  public init(
    seed: UInt64 = 0, epochs: Int? = nil, steps: Int? = nil, start: StreamPosition? = nil,
    maxFailures: Double? = 0.01, budget: ThreadBudget = ThreadBudget(), clock: MonotonicClock = .system,
    trace: TraceRecorder? = nil
  ) {
    self.seed = seed
    self.epochs = epochs
    self.steps = steps
    self.start = start
    self.maxFailures = maxFailures
    self.budget = budget
    self.clock = clock
    self.trace = trace
  }

  /// Whether the run is one pass that ends with the list.
  var isSinglePass: Bool { epochs == nil && steps == nil }
}
