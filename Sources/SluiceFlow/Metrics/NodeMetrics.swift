/// What a node has done so far.
///
/// Times are nanoseconds, summed over its workers.
public struct NodeMetrics: Sendable, Equatable, Codable {
  /// The node's name in the graph.
  public let name: String
  /// How many workers it runs.
  public let workers: Int
  /// How many outputs find room behind it.
  public let capacity: Int
  /// Elements done, those that failed included.
  public var items: Int = 0
  /// Elements it failed on.
  public var failures: Int = 0
  /// Time spent working.
  public var busy: UInt64 = 0
  /// Time spent waiting for an element, or for a thread to work on.
  public var waitingForInput: UInt64 = 0
  /// Time spent with a finished output that found no room or was not in turn.
  public var waitingForOutput: UInt64 = 0
  /// Finished outputs waiting behind it now.
  public var queueDepth: Int = 0

  public init(name: String, workers: Int, capacity: Int) {
    self.name = name
    self.workers = workers
    self.capacity = capacity
  }
}

/// All nodes of a run at one moment, in the order of the graph, and the consumer's own time.
public struct RunMetrics: Sendable, Equatable, Codable {
  public var nodes: [NodeMetrics]
  /// Nanoseconds since the run began.
  public var elapsed: UInt64
  /// Outputs delivered by this run.
  public var delivered: Int
  /// Nanoseconds in which the consumer waited for an output.
  public var consumerWaiting: UInt64
  /// Threads the data nodes share.
  public var threads: Int

  public init(nodes: [NodeMetrics], elapsed: UInt64, delivered: Int, consumerWaiting: UInt64, threads: Int) {
    self.nodes = nodes
    self.elapsed = elapsed
    self.delivered = delivered
    self.consumerWaiting = consumerWaiting
    self.threads = threads
  }
}
