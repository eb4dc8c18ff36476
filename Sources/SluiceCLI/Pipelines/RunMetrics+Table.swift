internal import SluiceFlow

extension RunMetrics {
  /// One line a node: what it did, and what it waited for.
  ///
  /// Shares are of the time its workers had: busy, starved (waiting for an input), blocked (waiting for room).
  var table: String {
    var table = TextTable(["stage", "workers", "items", "items/s", "ms/item", "busy", "starved", "blocked", "queue"])
    let seconds = Double(elapsed) * 1e-9
    for node in nodes {
      let whole = Double(max(node.busy + node.waitingForInput + node.waitingForOutput, 1))
      func share(_ part: UInt64) -> String { "\(Int((100 * Double(part) / whole).rounded()))%" }
      table.add([
        node.name, "\(node.workers)", "\(node.items)",
        ProgressLine.formatted(seconds > 0 ? Double(node.items) / seconds : 0),
        ProgressLine.formatted(node.items > 0 ? Double(node.busy) * 1e-6 / Double(node.items) : 0), share(node.busy),
        share(node.waitingForInput), share(node.waitingForOutput), "\(node.queueDepth)/\(node.capacity)",
      ])
    }
    return table.text
  }
}
