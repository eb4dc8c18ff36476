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
      table.add([
        node.name, "\(node.workers)", "\(node.items)",
        (seconds > 0 ? Double(node.items) / seconds : 0).threeDigits,
        (node.items > 0 ? Double(node.busy) * 1e-6 / Double(node.items) : 0).threeDigits,
        node.busyShare.wholePercentText, node.starvedShare.wholePercentText, node.blockedShare.wholePercentText,
        "\(node.queueDepth)/\(node.capacity)",
      ])
    }
    return table.text
  }
}
