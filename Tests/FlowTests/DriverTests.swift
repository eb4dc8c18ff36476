import Foundation
import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

/// Runs `body` on a thread that knows nothing of tasks.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
  }
}

extension PipelineDriver {
  /// Everything that is left, taken by a thread.
  func rest() throws -> [Delivery<Output>] {
    var all: [Delivery<Output>] = []
    while let delivery = try next() { all.append(delivery) }
    return all
  }
}

/// A contiguous buffer with a life that is counted.
final class Buffer: Sendable {
  let values: [Float]
  private let census: Census

  init(_ number: Int, _ census: Census) {
    values = (0..<1000).map { Float(number * 1000 + $0) }
    self.census = census
    census.born()
  }

  deinit { census.died() }
}

struct Buffers: Transform {
  let census: Census
  func makeWorker() -> [Float] { [] }

  func callAsFunction(_ input: Int, worker: inout [Float], context: ElementContext) -> Buffer { Buffer(input, census) }
}

@Suite(.hanging) struct DriverTests {
  private func pipeline(workers: Int = 2) -> Pipeline<[[Int]]> {
    Pipeline("driven") {
      Numbers(count: 11, broken: [4]).shuffled()
      Draw().workers(workers).batch(3)
    }
  }

  private let options = RunOptions(seed: 3, epochs: 3, maxFailures: 0.5)

  @Test func aThreadPullsWhatALoopGets() async throws {
    var all: [Delivery<[[Int]]>] = []
    let run = pipeline().run(options)
    for try await delivery in run.deliveries { all.append(delivery) }
    let driver = try pipeline().driver(options)
    let (pulled, after) = try await onThread { (try driver.rest(), try driver.next()) }
    #expect(pulled.map(\.output) == all.map(\.output) && pulled.map(\.position) == all.map(\.position))
    #expect(pulled.map(\.completesEpoch) == all.map(\.completesEpoch) && after == nil)
    #expect(driver.position == run.position && driver.extent.isComplete(at: driver.position))
    #expect(driver.metrics.delivered == all.count)
    await driver.close()
  }

  @Test func tasksAndThreadsTakeTurns() async throws {
    let expected = try await collect(pipeline(), options)
    let driver = try pipeline().driver(options)
    var outputs: [[[Int]]] = []
    while let delivery = try await driver.next() {
      outputs.append(delivery.output)
      #expect(driver.position == delivery.position)
      if let next = try await onThread({ try driver.next() }) { outputs.append(next.output) }
    }
    #expect(outputs == expected)
    await driver.close()
  }

  @Test(arguments: [2, 5]) func eachOutputGoesToOneOfManyThreads(threads: Int) async throws {
    let count = 400
    let driver = try Pipeline("many") {
      Numbers(count: count)
      Add(amount: 0).workers(2)
    }.driver()
    let shares = try await withThrowingTaskGroup(of: [Int].self) { group in
      for number in 0..<threads {
        group.addTask {
          if number == 0 {
            var own: [Int] = []
            while let delivery = try await driver.next() { own.append(delivery.output) }
            return own
          }
          return try await onThread { try driver.rest().map(\.output) }
        }
      }
      return try await group.reduce(into: [[Int]]()) { $0.append($1) }
    }
    #expect(shares.flatMap { $0 }.sorted() == Array(0..<count))
    for share in shares { #expect(share == share.sorted()) }
    try await onThread { driver.close() }
  }

  @Test func everyPositionGoesOnInTheSameDriver() async throws {
    let driver = try pipeline().driver(options)
    try await onThread { [options] () throws in
      let all = try driver.rest()
      // Behind the last output a sample fails.
      let end = driver.position
      #expect(end.failures.count == 3 && all.last?.position.failures.count == 2)
      for index in all.indices {
        try driver.restart(at: all[index].position)
        #expect(driver.position == all[index].position)
        #expect(driver.metrics.delivered == 0)
        let rest = try driver.rest()
        #expect(rest.map(\.output) == all[(index + 1)...].map(\.output))
        #expect(driver.position == end)
      }
      try driver.restart(at: StreamPosition(seed: options.seed))
      // In the middle, with outputs under way.
      for delivery in all.prefix(3) { #expect(try driver.next()?.output == delivery.output) }
      try driver.restart(at: driver.position)
      #expect(try driver.rest().map(\.output) == all[3...].map(\.output))
      driver.close()
      #expect(driver.position == end)
    }
  }

  @Test func aPositionOfAnotherListChangesNothing() async throws {
    let driver = try pipeline().driver(options)
    try await onThread { () throws in
      let first = try driver.next()
      let other = StreamPosition(seed: 0, step: 1, sources: [SourcePosition(name: "numbers", count: 12)])
      let error = #expect(throws: FlowError.self) { try driver.restart(at: other) }
      #expect(error?.code == .positionMismatch)
      #expect(driver.position == first?.position)
      #expect(try driver.next() != nil)
      driver.close()
    }
    let error = #expect(throws: FlowError.self) { try Pipeline("bad") { Numbers(count: 3).workers(0) }.driver() }
    #expect(error?.code == .badSetting)
  }

  @Test func aTimeLimitCostsNoOutput() async throws {
    let gates = (0..<3).map { _ in Gate() }
    let driver = try Pipeline("held") {
      Numbers(count: 3)
      Held(gates: gates)
    }.driver()
    try await onThread { () throws in
      for limit in [Duration.zero, .milliseconds(1), .seconds(-3)] {
        let error = #expect(throws: FlowError.self) { try driver.next(within: limit) }
        #expect(error?.code == .timedOut)
      }
      #expect(driver.position == StreamPosition(seed: 0))
      gates[0].open()
      #expect(try driver.next(within: .seconds(1 << 40))?.output == 0)
      gates[1].open()
      gates[2].open()
      #expect(try driver.next()?.output == 1)
      #expect(try driver.next(within: .seconds(600))?.output == 2)
      #expect(try driver.next(within: .seconds(600)) == nil)
      #expect(driver.position.sources.map(\.consumed) == [3])
      driver.close()
    }
  }

  @Test func aCancelledTaskCostsNoOutput() async throws {
    let gates = (0..<2).map { _ in Gate() }
    let driver = try Pipeline("held") {
      Numbers(count: 2)
      Held(gates: gates)
    }.driver()
    let waiting = Task { try await driver.next()?.output }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    gates[0].open()
    gates[1].open()
    #expect(try await driver.next()?.output == 0)
    #expect(try await driver.next()?.output == 1)
    #expect(try await driver.next() == nil)
    await driver.close()
  }

  @Test func anErrorIsThrownToEveryCaller() async throws {
    let driver = try Pipeline("failing") {
      Numbers(count: 5)
      Add(refused: [2]).onFailure(.stop)
    }.driver()
    try await onThread { () throws in
      let error = #expect(throws: FlowError.self) { try driver.rest() }
      #expect(error?.code == .stageFailed && error?.identity == "n2")
      let again = #expect(throws: FlowError.self) { try driver.next() }
      #expect(again?.description == error?.description)
    }
    await #expect(throws: FlowError.self) { try await driver.next() }
    try await onThread { driver.close() }
    #expect(try await driver.next() == nil)
  }

  @Test func closingReleasesWhoeverWaits() async throws {
    let census = Census()
    for isTask in [false, true] {
      let gate = Gate()
      let driver = try Pipeline("held") {
        Tokens(count: 100, census: census)
        PassSlowly()
          .map { token in
            await gate.wait()
            return token
          }
      }.driver()
      let waiting = Task { isTask ? try await driver.next() == nil : try await onThread { try driver.next() == nil } }
      while driver.metrics.nodes.isEmpty { await Task.yield() }
      // The stage itself is no waiting of the runtime's.
      let closing = Task { try await onThread { driver.close() } }
      #expect(try await waiting.value)
      gate.open()
      try await closing.value
      #expect(census.living == 0)
      #expect(try await driver.next() == nil)
      #expect(driver.position.step == 0)
    }
  }

  @Test func stoppingGivesWhatIsUnderWay() async throws {
    let parameters = Parameters()
    let driver = try Pipeline("stopped") {
      Numbers(count: 100)
      Draw().batch(2)
      Step {
        ForwardStage(parameters: parameters)
        OptimizeStage(parameters: parameters)
      }
    }.driver(RunOptions(epochs: 10))
    try await onThread { () throws in
      #expect(try driver.next()?.output[0] == 0)
      #expect(try driver.next()?.output[0] == 1)
      let weight = parameters.weight
      driver.stop()
      #expect(try driver.next() == nil)
      #expect(parameters.weight == weight && driver.position.step == 2)
      // A stopped run goes on where it was.
      try driver.restart(at: driver.position)
      #expect(try driver.next()?.output[0] == 2)
      driver.close()
    }
  }

  @Test func anOutputOutlivesItsRun() async throws {
    let census = Census()
    func pull() async throws -> [Delivery<[Buffer]>] {
      let driver = try Pipeline("buffers") {
        Numbers(count: 50)
        Buffers(census: census).workers(3).batch(4)
      }.driver()
      return try await onThread { () throws in
        let pulled = [try driver.next(), try driver.next()].compactMap(\.self)
        driver.close()
        return pulled
      }
    }
    var pulled = try await pull()
    // The driver, its run and its threads are gone; what was taken is all that is left.
    #expect(census.living == 8)
    for (batch, delivery) in pulled.enumerated() {
      for (index, buffer) in delivery.output.enumerated() {
        let first = Float((batch * 4 + index) * 1000)
        let isWhole = buffer.values.withUnsafeBufferPointer { values in
          values.indices.allSatisfy { values[$0] == first + Float($0) }
        }
        #expect(isWhole)
      }
    }
    pulled.removeFirst()
    #expect(census.living == 4)
    pulled = []
    #expect(census.living == 0)
  }

  @Test func aDriverThatGoesOutOfUseEndsItsRun() async throws {
    let census = Census()
    do {
      let driver = try Pipeline("lost") {
        Tokens(count: 1000, census: census)
        PassSlowly().workers(2)
      }.driver(RunOptions(epochs: 1000))
      #expect(try await driver.next()?.output.number == 0)
    }
    while census.living > 0 { await Task.yield() }
  }

  @Test func signalsAndEnvironmentStayAsTheyAre() async throws {
    func handlers() -> [Int] {
      (1..<32).map { signal in
        var action = sigaction()
        _ = sigaction(Int32(signal), nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      }
    }
    let before = (handlers(), ProcessInfo.processInfo.environment, umask(0o22))
    let driver = try pipeline().driver(options)
    _ = try await onThread { try driver.rest() }
    await driver.close()
    #expect(handlers() == before.0 && umask(before.2) == 0o22)
    // Other tests may set variables of their own; none is taken away.
    let after = ProcessInfo.processInfo.environment
    for (name, value) in before.1 { #expect(after[name] == value) }
  }

  @Test func manyThreadsCallEverythingAtOnce() async throws {
    let driver = try pipeline(workers: 3).driver(RunOptions(seed: 1, epochs: 1000, maxFailures: nil))
    let start = StreamPosition(seed: 1)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask {
          for round in 0..<30 {
            switch (number + round) % 6 {
            case 0: try await onThread { try driver.restart(at: round % 2 == 0 ? start : driver.position) }
            case 1: _ = try await driver.next()
            case 2: _ = (driver.metrics, driver.position)
            case 3: _ = try? await onThread { try driver.next(within: .milliseconds(1)) }
            case 4: driver.stop()
            default:
              let waiting = Task { try await driver.next() }
              waiting.cancel()
              _ = try? await waiting.value
            }
          }
        }
      }
      try await group.waitForAll()
    }
    try await onThread { () throws in
      try driver.restart(at: start)
      #expect(try driver.next()?.position.step == 1)
      driver.close()
    }
  }
}

@Suite struct ThreadShortageTests {
  @Test func fewerThreadsThanAskedForDoTheWork() async throws {
    for possible in 1...3 {
      let started = Lock(0)
      let threads = try WorkerThreads(count: 5, name: "few") { name, niceness, run throws(ThreadShortage) in
        let number = started.withLock { started in
          started += 1
          return started
        }
        if number > possible { throw ThreadShortage(code: 11) }
        return try startThread(name: name, niceness: niceness, run)
      }
      #expect(threads.count == possible)
      await withTaskGroup(of: Int.self) { group in
        for number in 0..<20 { group.addTask(executorPreference: threads) { number } }
        #expect(await group.reduce(0, +) == 190)
      }
      threads.shutdown()
    }
  }

  @Test func noThreadAtAllIsSaidInWords() {
    let error = #expect(throws: ThreadShortage.self) {
      try WorkerThreads(count: 2, name: "none") { _, _, _ throws(ThreadShortage) in throw ThreadShortage(code: 11) }
    }
    #expect(
      error?.description
        == "the process may start no more threads (pthread_create: error 11). Raise its limit, or end other runs.")
  }

  @Test func aLockWaitsNoLongerThanItsLimit() async throws {
    let lock = Lock(0)
    try await onThread { () throws in
      let now = MonotonicClock.system.now()
      #expect(lock.wait(until: now) { $0 == 1 ? $0 : nil } == nil)
      #expect(lock.wait(until: now + 2_000_000) { $0 == 1 ? $0 : nil } == nil)
      #expect(MonotonicClock.system.now() >= now + 2_000_000)
      #expect(lock.wait(until: .max / 2) { $0 == 0 ? 7 : nil } == 7)
    }
    let waiting = Task { try await onThread { lock.wait(until: .max / 2) { $0 == 1 ? $0 : nil } } }
    lock.withLock { $0 = 1 }
    lock.wakeAll()
    #expect(try await waiting.value == 1)
  }
}
