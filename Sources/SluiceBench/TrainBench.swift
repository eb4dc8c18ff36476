internal import ArgumentParser
internal import Glibc
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor

/// `sluice bench train`: whole training steps of the models at full size.
struct TrainBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Measures training steps: forward, backward and AdamW on random clips.",
    discussion:
      "Example: sluice bench train --models maskfeat_mvitb --threads 2 --json train.json")

  @Option(help: "Models, of \(TrainTask.names.joined(separator: ", ")).")
  var models = TrainTask.names.joined(separator: ",")

  @Option(help: "Clips in a step.")
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

  @Flag(help: "Shows how far gradients in bf16 are from those in fp32, in place of times.")
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
                print(try GradientErrors(TrainTask.make(name, batch: batch), compute))
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
    var phases: [[Double]] = [[], [], []]
    var step = 0
    func once() throws {
      let start = Timings.now(CLOCK_MONOTONIC)
      let loss = try task.loss()
      let middle = Timings.now(CLOCK_MONOTONIC)
      loss.backward()
      let end = Timings.now(CLOCK_MONOTONIC)
      step += 1
      try task.optimizer.step(at: TrainingProgress(step: step, stepsPerEpoch: 1000, epochs: 1))
      phases[0].append(middle - start)
      phases[1].append(end - middle)
      phases[2].append(Timings.now(CLOCK_MONOTONIC) - end)
    }
    // The first step makes the optimizer's memory, the second the weights' copies where updates leave them: the third is
    // the first that finds all in its place.
    try compute.run { for _ in 0..<3 { try once() } }
    let before = Tensor.memory.systemAllocationCount
    phases = [[], [], []]
    let timings = try compute.run { try Timings.measure(seconds: seconds, least: minReps, most: 50) { try once() } }
    let allocations = Tensor.memory.systemAllocationCount - before
    let gflop = task.gflop
    let cell = TrainCell(
      model: task.name, precision: compute.precision.shortName, batch: task.batch, threads: compute.threadCount,
      median_s: timings.median, min_s: timings.least, max_s: timings.most,
      median_cpu_s: timings.processors.median, min_cpu_s: timings.processors.min() ?? 0,
      fwd_s: phases[0].median, bwd_s: phases[1].median, opt_s: phases[2].median,
      gflop: gflop,
      gflops: gflop / timings.median, peak_rss_mb: ResidentMemory.peakMebibytes,
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
  var phase = "train"
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
