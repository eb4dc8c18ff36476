internal import ArgumentParser
internal import Foundation
internal import SluicePlatform
internal import SluiceTensor

/// `sluice bench ops`: the operations of the video transformers at their shapes.
struct OpsBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ops",
    abstract: "Measures tensor operations: GFLOP/s or GB/s of each.",
    discussion: "Example: sluice bench ops --threads 1,2 --only gemm,sdpa --json ops.json")

  @Option(help: "Compute threads, one run for each number.")
  var threads = "1"

  @Option(help: "Precisions, of fp32 and bf16.")
  var precisions = "fp32,bf16"

  @Option(help: "Groups to run, of gemm, sdpa, elem, mem, adamw and conv; all by default.")
  var only = ""

  @Option(help: "Measuring time for each operation, in seconds.", in: NumberRange(0...1e5))
  var seconds = 0.15

  @Flag(help: "Two shapes a group.")
  var quick = false

  @Option(help: "Also writes the rows to this file.")
  var json: String?

  func run() throws {
    let groups = only.split(separator: ",").map(String.init)
    for group in groups where !OpsRun.groups.contains(group) {
      throw ValidationError("there is no group \(group); there are \(OpsRun.groups.joined(separator: ", "))")
    }
    var rows: [OpsRow] = []
    for count in try BenchArguments.numbers(threads) {
      for precision in try BenchArguments.precisions(precisions) {
        Compute(threadCount: count, precision: precision).run {
          let run = OpsRun(threads: count, precision: precision, seconds: seconds, isQuick: quick)
          for group in OpsRun.groups where groups.isEmpty || groups.contains(group) { run.run(group) }
          rows += run.rows
        }
      }
    }
    guard let json else { return }
    try BenchJSON.write(rows, to: json)
  }
}

/// One measured operation, in the form that Sluice's peers write too.
struct OpsRow: Encodable {
  var peer = "sluice"
  var group: String
  var op: String
  var precision: String
  var threads: Int
  var median_s: Double
  var min_s: Double
  var max_s: Double
  var min_cpu_s: Double
  var reps: Int
  var gflops: Double?
  var gbps: Double?
}

/// The files that benchmarks write.
enum BenchJSON {
  static func write(_ value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(value).write(to: URL(fileURLWithPath: path))
  }
}
