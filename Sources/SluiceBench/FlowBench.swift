internal import ArgumentParser
internal import Foundation
internal import SluiceFlow
internal import SluicePlatform

/// `sluice bench flow`: what passing an element from stage to stage costs when the stages do nothing.
struct BenchFlowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow", abstract: "Passes elements through stages that do nothing.",
    discussion: """
      Timed from the arrival of the first element to that of the last; starting and stopping are left out.

      Example: sluice bench flow --json flow.json
      """)

  @Option(help: ArgumentHelp("Write the rows to this file.", valueName: "file")) var json: String?
  @Flag(help: "A small run.") var quick = false
  @Option(help: "Comma separated numbers of processors to be pinned to.") var cores = "1,2"
  @Option(help: "Elements that find room between two stages.", in: .count) var capacity = 16
  @Option(help: "Rounds.", in: .count) var repeats: Int?

  func run() async throws {
    do {
      let bench = FlowBench(rounds: repeats ?? (quick ? 2 : 5), budget: quick ? 0.12 : 0.5)
      var rows = BenchRows()
      // Before the first pinning takes some away.
      let available = ThreadBudget.availableCores
      for count in cores.split(separator: ",").compactMap({ Int($0) }) {
        guard count <= available else {
          Console.note("cores=\(count): only \(available) processors here")
          continue
        }
        try FlowBench.pin(to: count)
        try await bench.measure(cores: count, capacity: capacity, &rows)
      }
      try rows.finish(json: json)
    } catch {
      Console.note("sluice bench flow: \(error)")
      throw ExitCode.failure
    }
  }
}

private struct FlowBench {
  let rounds: Int
  /// Seconds of one measurement.
  let budget: Double

  struct Cost {
    let wall: Double
    let processor: Double
  }

  func measure(cores: Int, capacity: Int, _ rows: inout BenchRows) async throws {
    for (name, bytes) in [("noop", 0), ("1KB", 1024), ("10MB", 10_000_000)] {
      let ring = (0..<8).map { _ in [UInt8](repeating: 1, count: bytes) }
      try await add("flow 5 stages \(name) cores=\(cores)", &rows) {
        try await self.flow(count: $0, stages: 5, capacity: capacity, ring: ring)
      }
    }
    try await add("flow 5 stages noop cap=2 cores=\(cores)", &rows) {
      try await self.flow(count: $0, stages: 5, capacity: 2, ring: [[]])
    }
    try await addMetrics(cores: cores, capacity: capacity, &rows)
    try await add("flow hop busy cores=\(cores)", hops: 1, &rows) {
      try await self.flow(count: $0, stages: 0, capacity: capacity, ring: [[]])
    }
    try await add("flow hop pingpong cores=\(cores)", hops: 2, &rows) { try await self.pingPong(count: $0) }
  }

  /// What metrics take of the time of an element in a stage: runs whose clock stands still do without reading it.
  private func addMetrics(cores: Int, capacity: Int, _ rows: inout BenchRows) async throws {
    let count = Int(budget * 100_000)
    let still = MonotonicClock { 0 }
    var costs: [Double] = []
    for _ in 0..<(2 * rounds + 1) {
      let with = try await flow(count: count, stages: 5, capacity: capacity, ring: [[]])
      let without = try await flow(count: count, stages: 5, capacity: capacity, ring: [[]], clock: still)
      costs.append(1e9 * (with.processor - without.processor) / Double(count * 6))
    }
    rows.add("sluice", "flow metrics an element and stage cores=\(cores)", costs, "ns")
  }

  /// Grows the count until a run takes the budget, then measures it some times.
  private func add(
    _ name: String, hops: Int? = nil, _ rows: inout BenchRows, run: (Int) async throws -> Cost
  ) async throws {
    var count = 200
    _ = try await run(count)
    var cost = try await run(count)
    while cost.wall < budget / 4 {
      count = Int(Double(count) * min(20, max(2, budget / max(cost.wall, 1e-4))))
      cost = try await run(count)
    }
    count = max(100, Int(Double(count) * budget / cost.wall))
    var (values, processor) = ([Double](), [Double]())
    for _ in 0..<rounds {
      let cost = try await run(count)
      if let hops {
        values.append(1e6 * cost.wall / Double(count * hops))
        processor.append(Double(count * hops) / max(cost.processor, 1e-9))
      } else {
        values.append(Double(count) / cost.wall)
        processor.append(Double(count) / max(cost.processor, 1e-9))
      }
    }
    rows.add("sluice", name, values, hops == nil ? "items/s" : "us/hop", perProcessorSecond: processor)
  }

  @concurrent
  private func flow(
    count: Int, stages: Int, capacity: Int, ring: [[UInt8]], clock: MonotonicClock = .system
  ) async throws -> Cost {
    var segment = Segment { Ring(count: count, payloads: ring) }.buffer(capacity)
    for _ in 0..<stages {
      let before = segment
      segment = Segment {
        before
        Unchanged().buffer(capacity)
      }
    }
    let whole = segment
    let run = Pipeline("bench") { whole }.run(RunOptions(clock: clock))
    var arrived = 0
    var begun = (wall: ContinuousClock().now, processor: 0.0)
    for try await _ in run {
      if arrived == 0 { begun = (ContinuousClock().now, processorSeconds()) }
      arrived += 1
    }
    precondition(arrived == count, "\(arrived) of \(count) elements arrived")
    return Cost(wall: (ContinuousClock().now - begun.wall).seconds, processor: processorSeconds() - begun.processor)
  }

  /// Two tasks on threads of their own that wait for each other.
  private func pingPong(count: Int) async throws -> Cost {
    let (there, back) = (Channel<Int>(capacity: 1), Channel<Int>(capacity: 1))
    let threads = try WorkerThreads(count: 1, name: "bench-echo")
    defer { threads.shutdown() }
    return await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: threads) {
        while let taken = await there.receive() { _ = await back.send(taken.element) }
      }
      let begun = (wall: ContinuousClock().now, processor: processorSeconds())
      for number in 0..<count {
        _ = await there.send(number)
        _ = await back.receive()
      }
      let cost = Cost(
        wall: (ContinuousClock().now - begun.wall).seconds, processor: processorSeconds() - begun.processor)
      there.finish()
      await group.waitForAll()
      return cost
    }
  }

  /// Leaves this process the first `count` processors.
  static func pin(to count: Int) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["taskset", "-a", "-c", "-p", "0-\(count - 1)", "\(ProcessInfo.processInfo.processIdentifier)"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchError("taskset could not pin the process") }
  }
}

/// Payloads made before, by reference.
private struct Ring: Source {
  let count: Int
  let payloads: [[UInt8]]

  func element(at index: Int, context: ElementContext) -> [UInt8] { payloads[index % payloads.count] }
  func name(of index: Int) -> String { "payload" }
}

private struct Unchanged: Stage {
  func callAsFunction(_ input: [UInt8], context: ElementContext) -> [UInt8] { input }
}
