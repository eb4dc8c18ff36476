internal import SluiceFlow
internal import SluicePlatform

extension RunMetrics {
  /// One line a node: what it did, and what it waited for.
  ///
  /// Shares are of the time its workers had: busy, starved (waiting for an input), blocked (waiting for room).
  var table: String {
    var table = TextTable(["stage", "workers", "items", "items/s", "ms/item", "busy", "starved", "blocked", "queue"])
    let seconds = Double(elapsed) * 1e-9
    for node in nodes {
      func percent(_ share: Double) -> String { "\(Int((100 * share).rounded()))%" }
      table.add([
        node.name, "\(node.workers)", "\(node.items)",
        ProgressLine.formatted(seconds > 0 ? Double(node.items) / seconds : 0),
        ProgressLine.formatted(node.items > 0 ? Double(node.busy) * 1e-6 / Double(node.items) : 0),
        percent(node.busyShare), percent(node.starvedShare), percent(node.blockedShare),
        "\(node.queueDepth)/\(node.capacity)",
      ])
    }
    return table.text
  }
}
