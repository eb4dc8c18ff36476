internal import SluiceFlow
internal import SluicePlatform

/// What each stage of a run did, and the sentence that names what limits it.
struct StageTable {
  private let table: DataTable
  private let sentence: String

  init(_ metrics: RunMetrics, _ graph: GraphDescription) {
    let seconds = Double(metrics.elapsed) * 1e-9
    table = DataTable(
      "Stages of \(graph.name) over \(seconds.threeDigits) s. Shares are of the time the stage's workers had.",
      columns: [
        .text("stage"), .number("workers"), .number("items"), .number("items/s"), .number("ms/item"), .number("busy"),
        .number("starved"), .number("blocked"), .number("queue"),
      ],
      rows: metrics.nodes.map { node in
        [
          node.name, "\(node.workers)", "\(node.items)",
          (seconds > 0 ? Double(node.items) / seconds : 0).threeDigits,
          (node.items > 0 ? Double(node.busy) * 1e-6 / Double(node.items) : 0).threeDigits,
          node.busyShare.wholePercentText, node.starvedShare.wholePercentText,
          node.blockedShare.wholePercentText, "\(node.queueDepth)/\(node.capacity)",
        ]
      })
    sentence = metrics.bottleneck(in: graph).sentence
  }

  var html: String {
    table.html
      + StageTable.template.html([
        "sentence": sentence,
        "note": "Starved: waiting for an element. Blocked: with a finished one that found no room. "
          + "Queue: finished elements behind the stage, and how many find room.",
      ])
  }

  private static let template = Template("<p class=\"verdict\">{{sentence}}</p>\n<p class=\"note\">{{note}}</p>\n")
}
