import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

/// What stands in the way is put there, and has to be named.
@Suite struct BottleneckTests {
  private func diagnose<Output>(
    _ pipeline: Pipeline<Output>, threads: Int = 8, consumer: Double = 0, _ shares: [String: TimeShares]
  ) -> Bottleneck {
    RunMetrics(of: pipeline, threads: threads, consumer: consumer, shares).bottleneck(in: pipeline.graph)
  }

  private let line = Pipeline("line") {
    Numbers(count: 60)
    Add().named("before")
    Add().named("middle").workers(2)
    Add().named("behind")
  }

  @Test func aSlowSource() {
    let found = diagnose(line, ["numbers": TimeShares(busy: 0.98)])
    #expect(found.kind == .node && found.node == "numbers")
    #expect(
      found.sentence == """
        numbers is the bottleneck: its worker is busy 98 % of the time, while before, middle, behind wait. Give it \
        more workers: --set numbers.workers=2
        """)
  }

  @Test func aSlowStageInTheMiddle() {
    let found = diagnose(
      line,
      [
        "numbers": TimeShares(blocked: 0.95), "before": TimeShares(busy: 0.02, blocked: 0.9),
        "middle": TimeShares(busy: 0.95),
      ])
    #expect(found.kind == .node && found.node == "middle")
    #expect(found.sentence.hasPrefix("middle is the bottleneck: its 2 workers are busy 95 % of the time"))
    #expect(found.sentence.hasSuffix("Give it more workers: --set middle.workers=4"))
  }

  @Test func theBusiestOfSeveralBusyNodesIsNamed() {
    let found = diagnose(
      line,
      [
        "numbers": TimeShares(busy: 0.72), "before": TimeShares(busy: 0.71), "middle": TimeShares(busy: 0.9),
        "behind": TimeShares(busy: 0.89),
      ])
    #expect(found.kind == .node && found.node == "middle")
    #expect(!found.sentence.contains("wait"))
  }

  @Test func aSlowNodeWithAllThreadsBusyIsNotOfferedMoreWorkers() {
    let found = diagnose(line, threads: 2, ["middle": TimeShares(busy: 0.95)])
    #expect(found.kind == .node && found.node == "middle")
    #expect(found.sentence.hasSuffix("All 2 threads are busy: give the run more, or make middle cheaper."))
  }

  @Test func aSlowConsumer() {
    let blocked = TimeShares(busy: 0.1, blocked: 0.9)
    let found = diagnose(
      line, consumer: 0.95, ["numbers": blocked, "before": blocked, "middle": blocked, "behind": blocked])
    #expect(found.kind == .consumer && found.node == nil)
    #expect(found.sentence.contains("works 95 % of the time on what the pipeline gives it"))
  }

  @Test func aConsumerThatIsBusyHalfOfTheTimeIsNamedWhereNothingElseIs() {
    let found = diagnose(line, consumer: 0.55, ["middle": TimeShares(busy: 0.3)])
    #expect(found.kind == .consumer)
  }

  @Test func aBufferTooSmallForVaryingTimes() {
    let pipeline = Pipeline("varying") {
      Numbers(count: 128)
      Add().named("first").buffer(1)
      Add().named("second")
    }
    // Each works half of the time, while the other one waits for it.
    let found = diagnose(
      pipeline,
      [
        "numbers": TimeShares(blocked: 0.1), "first": TimeShares(busy: 0.5, blocked: 0.4),
        "second": TimeShares(busy: 0.5),
      ])
    #expect(found.kind == .buffer && found.node == "first")
    #expect(found.sentence.hasPrefix("The channel between first and second is too small"))
    #expect(found.sentence.hasSuffix("--set first.buffer=4"))
  }

  private let forked = Pipeline("forked") {
    Numbers(count: 60)
    Fork {
      Add().named("light")
      Add().named("heavy")
    } join: {
      $0 + $1 + $2
    }
  }

  @Test func aSkewedFork() {
    let found = diagnose(
      forked, ["light": TimeShares(busy: 0.08, blocked: 0.9), "heavy": TimeShares(busy: 0.97)])
    #expect(found.kind == .node && found.node == "heavy")
    #expect(found.sentence.hasSuffix("--set heavy.workers=2"))
  }

  @Test func aSmallWindowOfAForkIsNamedAsOne() {
    let found = diagnose(
      forked, ["fork": TimeShares(busy: 0.1, blocked: 0.5), "light": TimeShares(busy: 0.4)])
    #expect(found.kind == .buffer && found.node == "fork")
    let window = forked.graph.nodes.first { $0.name == "fork" }?.window ?? 0
    #expect(found.sentence.hasSuffix("--set fork.window=\(max(4, 4 * window))"))
  }

  @Test func aNodeThatHasOneWorkerAlwaysIsNotOfferedMore() {
    let found = diagnose(forked, ["fork.join": TimeShares(busy: 0.97)])
    #expect(found.kind == .node && found.node == "fork.join")
    #expect(found.sentence.hasSuffix("It runs alone; make its elements smaller or its function cheaper."))
  }

  @Test func aSlowStepIsNoFaultOfTheData() {
    let pipeline = Pipeline("training") {
      Numbers(count: 40).batch(2)
      Step {
        SumOfBatch().named("forward")
        Add().named("optimize")
      }
    }
    let blocked = TimeShares(blocked: 0.98)
    let found = diagnose(
      pipeline,
      ["numbers": blocked, "batch": blocked, "step": blocked, "forward": TimeShares(busy: 0.97, blocked: 0.01)])
    #expect(found.kind == .node && found.node == "forward")
    #expect(found.sentence.hasSuffix("The data keeps up; only a faster step helps."))
  }

  @Test func nodesOfAStepThatWaitForEachOtherAreNoSmallBuffer() {
    let pipeline = Pipeline("training") {
      Numbers(count: 40).batch(2)
      Step {
        SumOfBatch().named("forward")
        Add().named("optimize")
      }
    }
    let found = diagnose(
      pipeline, ["forward": TimeShares(busy: 0.45, blocked: 0.5), "optimize": TimeShares(busy: 0.48)])
    #expect(found.kind == .node && found.node == "optimize")
  }

  @Test func allThreadsBusy() {
    let pipeline = Pipeline("threads") {
      Numbers(count: 60)
      Add().named("decode").workers(4)
      Add().named("augment").workers(2)
    }
    let found = diagnose(
      pipeline, threads: 2, ["decode": TimeShares(busy: 0.325), "augment": TimeShares(busy: 0.325)])
    #expect(found.kind == .threads && found.node == "decode")
    #expect(found.sentence.hasPrefix("All 2 threads are busy; decode takes 67 % of their time."))
  }

  @Test func nothingStandsOut() {
    let found = diagnose(line, ["middle": TimeShares(busy: 0.3), "behind": TimeShares(busy: 0.2)])
    #expect(found.kind == .none && found.node == nil)
    #expect(found.sentence == "No node stands out: the busiest, middle, works 30 % of the time.")
  }

  @Test func nothingHasRunYet() {
    let metrics = RunMetrics(nodes: [], elapsed: 0, delivered: 0, consumerWaiting: 0, threads: 1)
    #expect(metrics.bottleneck(in: GraphDescription(name: "p", nodes: [], edges: [])).kind == .none)
  }

  @Test(.hanging) func aRunIsDiagnosedByItsOwnClock() async throws {
    // Time passes only while the source reads: nothing else of this machine has any.
    let time = Lock<UInt64>(0)
    let pipeline = Pipeline("clock") {
      SlowNumbers(count: 40, time: time)
      Add()
    }
    let run = pipeline.run(RunOptions(clock: MonotonicClock { time.withLock { $0 } }))
    for try await _ in run {}
    let found = run.metrics.bottleneck(in: pipeline.graph)
    #expect(found.kind == .node && found.node == "slowNumbers")
    #expect(found.sentence.hasPrefix("slowNumbers is the bottleneck: its worker is busy 100 % of the time"))
  }
}

/// Numbers of which each takes a microsecond of a clock moved by hand.
private struct SlowNumbers: Source {
  let count: Int
  let time: Lock<UInt64>

  func element(at index: Int, context: ElementContext) -> Int {
    time.withLock { $0 += 1000 }
    return index
  }
}

private struct SumOfBatch: Stage {
  func callAsFunction(_ input: [Int], context: ElementContext) -> Int { input.reduce(0, +) }
}
