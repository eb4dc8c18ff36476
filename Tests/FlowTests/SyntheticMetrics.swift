import SluiceFlow

/// Where the workers of one node spend their time; the rest of it they wait for an element.
struct TimeShares {
  var busy = 0.0
  /// With a finished output that finds no room.
  var blocked = 0.0
}

extension RunMetrics {
  /// The figures of a run of a second that was never run: no clock, and no other work of the machine, has a part in them.
  ///
  /// - Parameters:
  ///   - pipeline: gives the nodes and their workers.
  ///   - threads: how many threads the data nodes share.
  ///   - consumer: the share of the time in which the consumer works on outputs.
  ///   - shares: by node; a node that is not named is never busy.
  init<Output>(
    of pipeline: Pipeline<Output>, threads: Int = 8, consumer: Double = 0, _ shares: [String: TimeShares]
  ) {
    let elapsed = 1_000_000_000.0
    let nodes = pipeline.graph.nodes.map { node in
      var metrics = NodeMetrics(name: node.name, workers: node.workers, capacity: node.buffer)
      let share = shares[node.name] ?? TimeShares()
      let total = elapsed * Double(node.workers)
      metrics.items = 100
      metrics.busy = UInt64(total * share.busy)
      metrics.waitingForOutput = UInt64(total * share.blocked)
      metrics.waitingForInput = UInt64(total) - metrics.busy - metrics.waitingForOutput
      return metrics
    }
    self.init(
      nodes: nodes, elapsed: UInt64(elapsed), delivered: 100, consumerWaiting: UInt64(elapsed * (1 - consumer)),
      threads: threads)
  }
}
