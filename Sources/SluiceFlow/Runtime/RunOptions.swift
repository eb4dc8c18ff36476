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
  /// The share of a list's samples that may fail, checked at the end of each epoch; `nil` for any.
  public var maxFailures: Double?
  /// Which parts of each global batch the run makes; all of one part unless said.
  ///
  /// With more than one part, outputs come in turn, one of each own part, and one of every part of all is a step: `epochs`
  /// and `steps` count those, and an epoch has exactly as many as its samples fill, the last one filled from the next
  /// epoch's order. `maxFailures` is checked by a run that makes all parts; see ``StreamPosition/verdict(tolerating:)``.
  public var parts: BatchParts
  /// How many threads the run keeps busy.
  public var budget: ThreadBudget
  /// The clock of the metrics.
  public var clock: MonotonicClock
  /// Where each worker's activities are written down one by one; `nil` for nowhere.
  public var trace: TraceRecorder?

  public init(
    seed: UInt64 = 0, epochs: Int? = nil, steps: Int? = nil, start: StreamPosition? = nil,
    maxFailures: Double? = 0.01, parts: BatchParts = BatchParts(), budget: ThreadBudget = ThreadBudget(),
    clock: MonotonicClock = .system, trace: TraceRecorder? = nil
  ) {
    self.seed = seed
    self.epochs = epochs
    self.steps = steps
    self.start = start
    self.maxFailures = maxFailures
    self.parts = parts
    self.budget = budget
    self.clock = clock
    self.trace = trace
  }

  /// Whether the run is one pass that ends with the list.
  var isSinglePass: Bool { epochs == nil && steps == nil }
}
