import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Blocks its thread as slow storage does.
struct Slow: Transform {
  var milliseconds: @Sendable (Int) -> Double
  static let instant = Slow { _ in 0 }

  func makeWorker() -> Int { 0 }

  func callAsFunction(_ input: Int, worker: inout Int, context: ElementContext) -> Int {
    let time = milliseconds(input)
    if time > 0 { usleep(UInt32(time * 1000)) }
    return input
  }
}

struct SlowNumbers: Source {
  let count: Int
  func element(at index: Int, context: ElementContext) -> Int {
    usleep(4000)
    return index
  }
}

/// What stands in the way is put there, and has to be named.
@Suite(
  .serialized, .hanging(afterMinutes: 2), .disabled(if: isSanitized, "a sanitizer slows stages unequally")
) struct BottleneckTests {
  private let options = RunOptions(budget: ThreadBudget(data: 8))

  private func diagnose<Output>(_ pipeline: Pipeline<Output>, consumer: Double = 0) async throws -> Bottleneck {
    let run = pipeline.run(options)
    // Other tests keep the cooperative pool busy, and this consumer must not wait for them.
    let thread = WorkerThreads(count: 1, name: "consumer")
    defer { thread.shutdown() }
    try await withTaskExecutorPreference(thread) {
      for try await _ in run where consumer > 0 { usleep(UInt32(consumer * 1000)) }
    }
    let found = run.metrics.bottleneck(in: pipeline.graph)
    print("bottleneck: \(found.sentence)")
    return found
  }

  @Test func aSlowSource() async throws {
    let found = try await diagnose(
      Pipeline("p") {
        SlowNumbers(count: 40)
        Slow.instant
      })
    #expect(found.kind == .node && found.node == "slowNumbers")
    #expect(found.sentence.contains("--set slowNumbers.workers=2"))
  }

  @Test func aSlowStageInTheMiddle() async throws {
    let found = try await diagnose(
      Pipeline("p") {
        Numbers(count: 60)
        Slow.instant.named("before")
        Slow { _ in 6 }.named("middle").workers(2)
        Slow.instant.named("behind")
      })
    #expect(found.kind == .node && found.node == "middle")
    #expect(found.sentence.contains("--set middle.workers=4"))
  }

  @Test func aSlowConsumer() async throws {
    let found = try await diagnose(
      Pipeline("p") {
        Numbers(count: 40)
        Slow.instant
      }, consumer: 4)
    #expect(found.kind == .consumer)
  }

  @Test func aBufferTooSmallForVaryingTimes() async throws {
    // Each is fast for eight elements and slow for the next eight, the other one the other way round: alone both need
    // half of the time, and only a buffer lets them do so together.
    let found = try await diagnose(
      Pipeline("p") {
        Numbers(count: 128)
        Slow { $0 / 8 % 2 == 0 ? 4 : 0 }.named("first").buffer(1)
        Slow { $0 / 8 % 2 == 0 ? 0 : 4 }.named("second")
      })
    #expect(found.kind == .buffer && found.node == "first")
    #expect(found.sentence.contains("--set first.buffer="))
  }

  @Test func aSkewedFork() async throws {
    let found = try await diagnose(
      Pipeline("p") {
        Numbers(count: 60)
        Fork {
          Slow { _ in 0.5 }.named("light")
          Slow { _ in 6 }.named("heavy")
        } join: {
          $0 + $1 + $2
        }
      })
    #expect(found.kind == .node && found.node == "heavy")
  }

  @Test func aSlowStepIsNoFaultOfTheData() async throws {
    let pipeline = Pipeline("p") {
      Numbers(count: 40).batch(2)
      Step {
        SlowBatch().named("forward")
        Segment<[Int], [Int]> { SlowBatch(milliseconds: 0).named("optimize") }
      }
    }
    let found = try await diagnose(pipeline)
    #expect(found.kind == .node && found.node == "forward")
    #expect(found.sentence.contains("The data keeps up"))
  }

  @Test func allThreadsBusy() {
    var decode = NodeMetrics(name: "decode", workers: 4, capacity: 2)
    decode.items = 100
    decode.busy = 1300
    decode.waitingForInput = 2700
    var augment = NodeMetrics(name: "augment", workers: 2, capacity: 2)
    augment.items = 100
    augment.busy = 650
    augment.waitingForInput = 1350
    let metrics = RunMetrics(
      nodes: [decode, augment], elapsed: 1000, delivered: 100, consumerWaiting: 990, threads: 2)
    let found = metrics.bottleneck(in: GraphDescription(name: "p", nodes: [], edges: []))
    #expect(found.kind == .threads && found.node == "decode")
    #expect(found.sentence.hasPrefix("All 2 threads are busy; decode takes 66.7 % of their time."))
  }

  @Test func nothingHasRunYet() {
    let metrics = RunMetrics(nodes: [], elapsed: 0, delivered: 0, consumerWaiting: 0, threads: 1)
    #expect(metrics.bottleneck(in: GraphDescription(name: "p", nodes: [], edges: [])).kind == .none)
  }
}

struct SlowBatch: Transform {
  var milliseconds = 5.0

  func makeWorker() -> Int { 0 }

  func callAsFunction(_ input: [Int], worker: inout Int, context: ElementContext) -> [Int] {
    usleep(UInt32(milliseconds * 1000))
    return input
  }
}
