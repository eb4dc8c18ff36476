import SluiceFlow
import SluiceReport

struct Numbers: Source {
  var count = 8
  func element(at index: Int, context: ElementContext) -> Int { index }
}

struct Twice: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> Int { 2 * input }
}

struct Half: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> Int { input / 2 }
}

struct Sum: Stage {
  func callAsFunction(_ input: [Int], context: ElementContext) -> Int { input.reduce(0, +) }
}

/// Reports and what they are made of.
enum Samples {
  /// A pipeline with a fork and a step.
  static let pipeline = Pipeline("sample") {
    Numbers().named("clips")
    Half().workers(2).named("decode")
    Fork {
      Twice().named("cubeMask")
      Segment {
        Half().named("resize")
        Twice().named("crop")
      }
    } join: {
      $0 + $1 + $2
    }
    .batch(4)
    Step {
      Sum().named("forward")
    }
  }

  /// A run whose `decode` was busy.
  static var metrics: RunMetrics {
    let nodes = pipeline.graph.nodes.map { node in
      var metrics = NodeMetrics(name: node.name, workers: node.workers, capacity: node.name == "decode" ? 4 : 2)
      metrics.items = 100
      let isBusy = node.name == "decode"
      metrics.busy = isBusy ? 18_000_000_000 : 500_000_000
      metrics.waitingForInput = isBusy ? 2_000_000_000 : 9_500_000_000
      metrics.queueDepth = isBusy ? 2 : 0
      return metrics
    }
    return RunMetrics(
      nodes: nodes, elapsed: 10_000_000_000, delivered: 25, consumerWaiting: 9_000_000_000, threads: 4)
  }

  /// The smallest picture: one grey pixel.
  static let png: [UInt8] = [
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x68, 0, 0, 0, 0x82, 0,
    0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
  ]

  static let everything = page(
    naming: "clockwise",
    extra: [
      .graph(pipeline.graph), .stages(metrics, pipeline.graph),
    ])

  /// A page with every kind of part, whose free texts all hold `name`.
  static func page(naming name: String, extra: [Report.Part] = []) -> Report {
    let losses = LineChart.Series("train \(name)", (0..<50).map { .init(x: Double($0), y: 1 / Double($0 + 1)) })
    return Report(
      "A title \(name)", summary: "A summary. \(name)",
      sections: [
        .init(
          "Loss \(name)",
          [
            .text("Text \(name)"),
            .lines(LineChart("Curves \(name)", x: "step \(name)", y: "loss \(name)", series: [losses])),
          ]),
        .init(
          "Accuracy",
          [
            .accuracies(
              AccuracyTable(
                "Top 1 \(name)", chance: 0.125,
                rows: [
                  .init("pre-trained \(name)", mean: 0.8, spread: 0.02, count: 3),
                  .init("from scratch", mean: 0.7, spread: 0.03, count: 3),
                ])),
            .classes(
              ClassTable(
                "Classes \(name)", columns: ["run \(name)"], rows: [.init("left \(name)", values: [0.5, nil])])),
            .confusion(
              ConfusionMatrix("Confusion \(name)", classes: ["left \(name)", "right"], counts: [3, 1, 0, 4])),
          ]),
        .init(
          "Pictures",
          [
            .images(
              ImageRows(
                "Rows \(name)", columns: ["masked \(name)", "frame"],
                rows: [.init("clip \(name)", images: [png, png])]))
          ]),
        .init(
          "Repeat it",
          [
            .table(DataTable("Facts \(name)", columns: [.text("fact"), .number("n \(name)")], rows: [[name, name]])),
            .commands([Command("./sluice demo \(name)", purpose: "everything \(name)")]),
          ]),
        .init("Run", extra),
      ])
  }
}
