internal import SluicePlatform

/// Runs the tasks of a wired pipeline to their end.
final class RunDriver: Sendable {
  let exit: Channel<Envelope>
  private let wiring: Wiring
  private let budget: ThreadBudget
  private let task = Lock<Task<Void, any Error>?>(nil)

  init(wiring: Wiring, exit: Channel<Envelope>, budget: ThreadBudget) {
    self.wiring = wiring
    self.exit = exit
    self.budget = budget
  }

  var nodes: [NodeMetrics] { wiring.probes.map { $0.read() } }

  /// Starts all tasks.
  func start() {
    let (wiring, budget) = (wiring, budget)
    // Not structured: an iterator has no scope to run in. Who holds it ends it with `end`, and `abort` is its deinit.
    let running = Task {
      do {
        try await RunDriver.run(wiring, budget)
      } catch let shortage as ThreadShortage {
        // Nobody works, so whoever waits for outputs is told.
        RunDriver.closeAll(wiring)
        throw FlowError(.noThreads, "\(shortage)", underlying: shortage)
      }
    }
    task.withLock { $0 = running }
  }

  /// Takes nothing new in: no element of a further output into a step, or without one, no further sample.
  func drain() {
    RunDriver.drain(wiring, doors: wiring.doors[...])
  }

  /// What a step still makes an output of has to come, so sources end when all steps are between two outputs.
  private static func drain(_ wiring: Wiring, doors: ArraySlice<StepDoor>) {
    if let door = doors.first {
      door.close { drain(wiring, doors: doors.dropFirst()) }
    } else {
      for feed in wiring.feeds { feed.withLock { $0.stop() } }
      for gate in wiring.gates { gate.close() }
    }
  }

  /// Ends all tasks soon, dropping what is under way.
  func abort() {
    task.withLock { $0 }?.cancel()
    RunDriver.closeAll(wiring)
  }

  /// Waits until every task has ended; throws the first error of any.
  nonisolated(nonsending) func end() async throws {
    try await task.withLock { $0 }?.value
  }

  private static func closeAll(_ wiring: Wiring) {
    for channel in wiring.channels { channel.close() }
    for turnstile in wiring.turnstiles { turnstile.close() }
    for feed in wiring.feeds { feed.withLock { $0.stop() } }
  }

  private static func run(_ wiring: Wiring, _ budget: ThreadBudget) async throws {
    let dataJobs = wiring.jobs.count { $0.site == .data }
    let hasStep = dataJobs < wiring.jobs.count
    // Data gives way to a step: see ThreadBudget.
    let data = try WorkerThreads(
      count: min(budget.data, max(1, dataJobs)), name: "sluice-data", niceness: hasStep ? 10 : 0)
    defer { data.shutdown() }
    let step = hasStep ? try WorkerThreads(count: 1, name: "sluice-step") : nil
    defer { step?.shutdown() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for job in wiring.jobs {
        group.addTask(executorPreference: job.site == .step ? step ?? data : data) { try await job.run() }
      }
      do {
        while try await group.next() != nil {}
      } catch {
        group.cancelAll()
        closeAll(wiring)
        while await group.nextResult() != nil {}
        throw error
      }
    }
  }
}
