import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The name of the thread that runs this, as the kernel has it.
func threadName() -> String { contents(of: "/proc/thread-self/comm") }

/// How many threads of this process have a name; other tests have threads too.
func threadCount(named name: String) -> Int {
  guard let directory = opendir("/proc/self/task") else { return 0 }
  defer { closedir(directory) }
  var count = 0
  while let entry = readdir(directory) {
    let thread = entry.entryName
    guard Int(thread) != nil else { continue }
    if contents(of: "/proc/self/task/\(thread)/comm") == name { count += 1 }
  }
  return count
}

/// The first line of a small file.
func contents(of path: String) -> String {
  let file = open(path, O_RDONLY)
  guard file >= 0 else { return "" }
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 128)
  let count = read(file, &bytes, bytes.count)
  return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self)
}

struct WhichThread: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) async -> String {
    await Task.yield()
    return threadName()
  }
}

struct WhichThreadOfBatch: Stage {
  func callAsFunction(_ input: [String], context: ElementContext) async -> [String] { input + [threadName()] }
}

/// Holds each element until the test lets it go.
struct Held: Stage {
  let gates: [Gate]

  func callAsFunction(_ input: Int, context: ElementContext) async -> Int {
    await gates[input].wait()
    return input
  }
}

@Suite(.hanging) struct RunTests {
  @Test func stagesRunOnThreadsOfTheRun() async throws {
    let pipeline = Pipeline("threads") {
      Numbers(count: 4)
      WhichThread().workers(2).batch(2)
      Step { WhichThreadOfBatch() }
    }
    for names in try await collect(pipeline, RunOptions(epochs: 1)) {
      #expect(names == ["sluice-data", "sluice-data", "sluice-step"])
    }
  }

  @Test func unorderedStagesGiveWhatIsDone() async throws {
    let gates = (0..<3).map { _ in Gate() }
    let pipeline = Pipeline("unordered") {
      Numbers(count: 3)
      Held(gates: gates).workers(3).ordered(false)
    }
    var iterator = pipeline.run().deliveries.makeAsyncIterator()
    gates[2].open()
    let first = try await iterator.next()
    #expect(first?.output == 2)
    #expect(first?.position.sources[0].consumed == 0 && first?.position.sources[0].ahead == [2])
    gates[0].open()
    #expect(try await iterator.next()?.output == 0)
    gates[1].open()
    let last = try await iterator.next()
    #expect(last?.output == 1 && last?.position.sources[0].consumed == 3)
    #expect(try await iterator.next() == nil)
  }

  @Test func aPositionAheadOfAGapGoesOnWithTheGap() async throws {
    var position = StreamPosition(seed: 0, step: 1, sources: [SourcePosition(name: "numbers", count: 4)])
    position.sources[0].ahead = [2]
    let pipeline = Pipeline("gap") { Numbers(count: 4) }
    #expect(try await collect(pipeline, RunOptions(start: position)) == [0, 1, 3])
  }

  @Test func orderedStagesKeepOrderWhenALaterElementIsDoneFirst() async throws {
    let gates = (0..<3).map { _ in Gate() }
    let pipeline = Pipeline("ordered") {
      Numbers(count: 3)
      Held(gates: gates).workers(3)
    }
    for gate in gates.reversed() { gate.open() }
    #expect(try await collect(pipeline) == [0, 1, 2])
  }

  @Test func anEmptySourceAnEndlessRunAndAForeignPositionAreRefused() async throws {
    let empty = await #expect(throws: FlowError.self) { try await collect(Pipeline("e") { Numbers(count: 0) }) }
    #expect(empty?.code == .emptySource)
    #expect(empty?.description == "numbers: the list has no samples. Give a list with at least one.")
    let endless = await #expect(throws: FlowError.self) {
      try await collect(Pipeline("e") { Numbers(count: 1).repeated() })
    }
    #expect(endless?.code == .endless)
    let run = Pipeline("a") { Numbers(count: 3) }.run()
    for try await _ in run {}
    let other = await #expect(throws: FlowError.self) {
      try await collect(Pipeline("a") { Numbers(count: 4) }, RunOptions(epochs: 2, start: run.position))
    }
    #expect(other?.code == .positionMismatch)
  }

  @Test func aWorkerThatCannotBeMadeEndsTheRun() async throws {
    struct Broken: Transform {
      func makeWorker() throws -> Int { throw Refused(what: "codec") }
      func callAsFunction(_ input: Int, worker: inout Int, context: ElementContext) -> Int { input }
    }
    let error = await #expect(throws: FlowError.self) {
      try await collect(
        Pipeline("b") {
          Numbers(count: 5)
          Broken().workers(2)
        })
    }
    #expect(error?.description == "broken: codec refused")
  }

  @Test func conditionsInsideADeclaration() async throws {
    func pipeline(_ isDoubled: Bool, _ isRaised: Bool) -> Pipeline<Int> {
      Pipeline("conditions") {
        Numbers(count: 3)
        if isDoubled {
          Double2()
          Add(amount: 0)
        } else {
          Add(amount: 100)
        }
        if isRaised { Add(amount: 10) }
      }
    }
    #expect(try await collect(pipeline(true, false)) == [0, 2, 4])
    #expect(try await collect(pipeline(false, true)) == [110, 111, 112])
  }

  @Test func metricsAreExactWithAClockMovedByHand() async throws {
    let time = Lock<UInt64>(0)
    let options = RunOptions(clock: MonotonicClock { time.withLock { $0 } })
    struct Advance: Transform {
      let time: Lock<UInt64>
      func makeWorker() -> Int { 0 }
      func callAsFunction(_ input: Int, worker: inout Int, context: ElementContext) throws -> Int {
        time.withLock { $0 += 1000 }
        if input == 3 { throw Refused(what: "3") }
        return input
      }
    }
    let pipeline = Pipeline("clock") {
      Numbers(count: 10)
      Advance(time: time)
    }
    var seen = options
    seen.maxFailures = nil
    let run = pipeline.run(seen)
    for try await _ in run {}
    let metrics = run.metrics
    #expect(metrics.delivered == 9 && metrics.elapsed == 10_000)
    let node = metrics.nodes[1]
    #expect(node.name == "advance" && node.items == 10 && node.failures == 1 && node.queueDepth == 0)
    // The clock moves only while the stage works.
    #expect(node.busy == 10_000)
  }

  @Test func threadsAreGoneAfterShutdown() async throws {
    let threads = try WorkerThreads(count: 3, name: "goes-away")
    await withTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask(executorPreference: threads) { threadName() } }
      for await name in group { #expect(name == "goes-away") }
    }
    #expect(threadCount(named: "goes-away") > 0)
    threads.shutdown()
    #expect(threadCount(named: "goes-away") == 0)
  }
}
