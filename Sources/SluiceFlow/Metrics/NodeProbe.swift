/// Where a node's figures are read.
struct NodeProbe: Sendable {
  let name: String
  let meters: [Meter]
  let output: Channel<Envelope>
  let capacity: Int

  func read() -> NodeMetrics {
    var metrics = NodeMetrics(name: name, workers: meters.count, capacity: capacity)
    for meter in meters { meter.add(to: &metrics) }
    metrics.queueDepth = output.depth
    return metrics
  }
}
