internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// One batch of a run that leaves nothing behind, and what it says of the whole run.
struct DryRun {
  private let prepared: PreparedRun

  init(_ prepared: PreparedRun) {
    self.prepared = prepared
  }

  /// Says how many parameters there are, takes a step of one batch and prints what it found; without data no step.
  func report() async throws {
    guard prepared.hasData else {
      ParameterLines(of: prepared).print()
      return Console.note(
        "no data, so no step was taken: name a list file with --data, one path or 'path label' on each line.")
    }
    try prepared.requireMemory()
    for remark in try prepared.remarks() { Console.note("note: \(remark)") }
    for (weights, report) in try prepared.initialize() { Console.note("\(weights.path): \(report)") }
    var options = prepared.options
    options.epochs = nil
    options.steps = 1
    // A step may be made of many batches that are alike.
    var pipeline = prepared.pipeline
    let batches = pipeline.settings.first { $0.name == "optimize.accumulation" }.flatMap { Int($0.value) } ?? 1
    if batches > 1 { try pipeline.set("optimize.accumulation", to: "1") }
    let profile = OperationProfile()
    Tensor.resetPeakMemory()
    let clock = ContinuousClock()
    let begun = clock.now
    var loss: Double?
    try await prepared.compute.run { [pipeline] in
      try await profile.record {
        let run = pipeline.run(options)
        defer { Console.note(run.position.failures) }
        for try await report in run { loss = report.loss }
      }
    }
    let operations = profile.rows.reduce(0) { $0 + $1.operationCount }
    let busy = profile.rows.reduce(0) { $0 + $1.milliseconds }
    ParameterLines(of: prepared).print()
    Console.print(
      (batches > 1 ? "one batch      " : "one step       ")
        + "\((Double(operations) / 1e9).threeDigits) GFLOP, \(busy.threeDigits) ms of computing"
        + (batches > 1 ? "; \(batches) make a step" : ""))
    Console.print("tensors        \((Double(Tensor.memory.peakByteCount) / 1e6).threeDigits) MB at most")
    Console.print("loss           \(loss.map(\.threeDigits) ?? "none")")
    Console.print("channels       \(prepared.pipeline.graph(lookingAt: 8).memorySentence)")
    Console.print("took           \(((clock.now - begun).seconds).threeDigits) s with reading")
  }
}
