internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// One step of a run that leaves nothing behind, and what it says of the whole run.
struct DryRun {
  private let prepared: PreparedRun

  init(_ prepared: PreparedRun) {
    self.prepared = prepared
  }

  /// Takes the step and prints what it found.
  func report() async throws {
    try prepared.requireData()
    try prepared.requireMemory()
    for remark in try prepared.remarks() { Console.note("note: \(remark)") }
    if let (weights, report) = try prepared.initialize() { Console.note("\(weights.path): \(report)") }
    var options = prepared.options
    options.epochs = nil
    options.steps = 1
    let profile = OperationProfile()
    Tensor.resetPeakMemory()
    let clock = ContinuousClock()
    let begun = clock.now
    var loss: Double?
    try await prepared.compute.run {
      try await profile.record {
        let run = prepared.pipeline.run(options)
        defer { Console.note(run.position.failures) }
        for try await report in run { loss = report.loss }
      }
    }
    let operations = profile.rows.reduce(0) { $0 + $1.operationCount }
    let busy = profile.rows.reduce(0) { $0 + $1.milliseconds }
    Console.print("parameters     \(prepared.trainable.parameters.elementCount)")
    Console.print(
      "one step       \((Double(operations) / 1e9).threeDigits) GFLOP, \(busy.threeDigits) ms of computing"
    )
    Console.print("tensors        \((Double(Tensor.memory.peakByteCount) / 1e6).threeDigits) MB at most")
    Console.print("loss           \(loss.map(\.threeDigits) ?? "none")")
    Console.print("channels       \(prepared.pipeline.graph(lookingAt: 8).memorySentence)")
    Console.print("took           \(((clock.now - begun).seconds).threeDigits) s with reading")
  }
}
