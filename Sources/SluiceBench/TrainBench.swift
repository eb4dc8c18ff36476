internal import ArgumentParser
internal import SluicePlatform
internal import SluiceTensor

/// `sluice bench train`: whole training steps of the models at full size.
struct TrainBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Measures training steps: forward, backward and AdamW on random clips.",
    discussion: """
      Of a tokenizer, dvae, forward passes alone.

      Example: sluice bench train --models bevt_swin_b,dvae --threads 2 --json train.json
      """)

  @Option(help: "Models, of \(TrainTask.names.joined(separator: ", ")).")
  var models = TrainTask.names.joined(separator: ",")

  @Option(help: "Clips in a step; of a tokenizer groups of 16 frames.")
  var batches = "1"

  @Option(help: "Compute threads.")
  var threads = "2"

  @Option(help: "Precisions, of fp32 and bf16.")
  var precisions = "fp32,bf16"

  @Option(help: "Measuring time for each cell, in seconds.", in: NumberRange(0...1e5))
  var seconds = 6.0

  @Option(help: "Steps measured at least.", in: .count)
  var minReps = 3

  @Flag(help: "Also shows where the time of one step goes.")
  var profile = false

  @Flag(help: "Shows how far gradients or tokens in bf16 are from those in fp32, in place of times.")
  var errors = false

  @Option(help: "Also writes the cells to this file.")
  var json: String?

  func run() throws {
    var cells: [TrainCell] = []
    for name in models.split(separator: ",").map(String.init) {
      for batch in try BenchArguments.numbers(batches) {
        for count in try BenchArguments.numbers(threads) {
          for precision in try BenchArguments.precisions(precisions, of: name) {
            let compute = Compute(threadCount: count, precision: precision)
            if errors {
              if precision == .bfloat16 {
                print(try TrainTask.make(name, batch: batch).errors(compute))
              }
              continue
            }
            cells.append(try measure(try TrainTask.make(name, batch: batch), compute))
          }
        }
      }
    }
    guard let json else { return }
    try BenchJSON.write(["cells": cells], to: json)
  }

  private func measure(_ task: TrainTask, _ compute: Compute) throws -> TrainCell {
    // What the cell before left would count as this one's.
    StorageCache.shared.trim()
    ResidentMemory.resetPeak()
    Tensor.resetPeakMemory()
    var phases: [TrainTask.Phases] = []
    var step = 0
    func once() throws {
      step += 1
      phases.append(try task.step(step))
    }
    try compute.run { for _ in 0..<task.warmUpCount { try once() } }
    let before = Tensor.memory.systemAllocationCount
    phases = []
    let timings = try compute.run { try Timings.measure(seconds: seconds, least: minReps, most: 50) { try once() } }
    let allocations = Tensor.memory.systemAllocationCount - before
    let gflop = task.gflop
    let cell = TrainCell(
      phase: task.phase, model: task.name, precision: compute.precision.shortName, batch: task.batch,
      threads: compute.threadCount, median_s: timings.median, min_s: timings.least,
      max_s: timings.most, median_cpu_s: timings.processors.median, min_cpu_s: timings.processors.min() ?? 0,
      fwd_s: phases.map(\.forward).median, bwd_s: phases.map(\.backward).median, opt_s: phases.map(\.update).median,
      gflop: gflop, gflops: gflop / timings.median, peak_rss_mb: ResidentMemory.peakMebibytes,
      peak_tensors_mb: Tensor.memory.peakByteCount >> 20, allocations: allocations,
      walls: timings.walls, cpus: timings.processors)
    print(cell)
    guard profile else { return cell }
    let record = OperationProfile()
    try compute.run { try record.record { try once() } }
    print(record)
    return cell
  }
}

/// One measured cell, in the form that Sluice's peers write too.
struct TrainCell: Encodable, CustomStringConvertible {
  var peer = "sluice"
  /// `train`, or `infer` for forward passes alone.
  var phase: String
  var mode = "eager"
  var model: String
  var precision: String
  var batch: Int
  var threads: Int
  var median_s: Double
  var min_s: Double
  var max_s: Double
  var median_cpu_s: Double
  var min_cpu_s: Double
  var fwd_s: Double
  var bwd_s: Double
  var opt_s: Double
  var gflop: Double
  var gflops: Double
  var peak_rss_mb: Int
  /// The most that tensors held at a time, without what was free between them, MiB.
  var peak_tensors_mb: Int
  /// Blocks of tensor memory that the measured steps took from the system.
  var allocations: Int
  var walls: [Double]
  var cpus: [Double]

  var description: String {
    func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1e3).rounded())) ms" }
    return "\(model) \(precision) batch \(batch) threads \(threads): \(milliseconds(median_s)) a step "
      + "(\(milliseconds(min_s)) to \(milliseconds(max_s)); processor \(milliseconds(median_cpu_s))), forward "
      + "\(milliseconds(fwd_s)), backward \(milliseconds(bwd_s)), optimizer \(milliseconds(opt_s)), "
      + "\(Int(gflops)) GFLOP/s, peak \(peak_rss_mb) MiB (tensors \(peak_tensors_mb)), \(allocations) blocks allocated"
  }
}
