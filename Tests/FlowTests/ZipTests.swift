import SluiceFlow
import Testing

struct Joined: Equatable, Sendable {
  let first: [Int]
  let second: [Int]
}

@Suite struct ZipTests {
  @Test func aFunctionJoinsSinglesAndBatches() async throws {
    let singles = Pipeline("singles") {
      Zip(Numbers(count: 3), Segment { Numbers(count: 4) }.map { "\($0)" }) { number, text in "\(number)\(text)" }
    }
    #expect(try await collect(singles) == ["00", "11", "22"])
    let batches = Pipeline("batches") {
      Zip(
        Segment {
          Numbers(count: 6)
          Double2().batch(2)
        }, Segment { Numbers(count: 9) }.batch(3)
      ) { Joined(first: $0, second: $1) }
    }
    let run = batches.run(RunOptions(epochs: 1))
    var outputs: [Joined] = []
    for try await output in run { outputs.append(output) }
    #expect(
      outputs == [
        Joined(first: [0, 2], second: [0, 1, 2]), Joined(first: [4, 6], second: [3, 4, 5]),
        Joined(first: [8, 10], second: [6, 7, 8]),
      ])
    #expect(run.position.sources.map(\.consumed) == [6, 9])
  }

  @Test func anErrorOfTheFunctionDropsTheSamplesOfBoth() async throws {
    let pipeline = Pipeline("refusing") {
      Zip(Numbers(count: 5), Numbers(count: 7)) { first, second in
        if first == 2 { throw Refused(what: "pair \(first) \(second)") }
        return first * 10 + second
      }.named("pair")
    }
    let run = pipeline.run(RunOptions(maxFailures: 0.5))
    var outputs: [Int] = []
    for try await output in run { outputs.append(output) }
    #expect(outputs == [0, 11, 33, 44])
    #expect(run.position.sources.map(\.consumed) == [5, 5])
    let failure = run.position.failures.samples.first
    #expect(run.position.failures.count == 1 && failure?.stage == "pair" && failure?.source == "numbers")
    #expect(failure?.identity == "n2 + n2" && failure?.reason == "pair 2 2 refused")
    #expect(run.metrics.nodes.last?.failures == 1)
  }

  @Test func anErrorOfTheFunctionOnBatchesEndsTheRun() async throws {
    let pipeline = Pipeline("refusing") {
      Zip(Numbers(count: 4).batch(2), Numbers(count: 7)) { (batch: [Int], number: Int) throws -> Int in
        if number == 1 { throw Refused(what: "pair \(batch) \(number)") }
        return number
      }
    }
    let error = await #expect(throws: FlowError.self) { try await collect(pipeline) }
    #expect(error?.code == .stageFailed && error?.stage == "zip")
    #expect(error?.description == "batch: n2, n3, n1: pair [2, 3] 1 refused (zip)")
  }

  @Test func theRunGoesOnWhereBothStreamsWere() async throws {
    let pipeline = Pipeline("resumed") {
      Zip(
        Segment { Numbers(count: 7, broken: [3]).shuffled() }.batch(2), Segment { Numbers(count: 5, broken: [0]) }
      ) { Joined(first: $0, second: [$1]) }
    }
    let options = RunOptions(seed: 4, epochs: 3, maxFailures: 0.5)
    var all: [Delivery<Joined>] = []
    for try await delivery in pipeline.run(options).deliveries { all.append(delivery) }
    #expect(all.count == 9)
    for index in all.indices {
      var again = options
      again.start = all[index].position
      var rest: [Delivery<Joined>] = []
      for try await delivery in pipeline.run(again).deliveries { rest.append(delivery) }
      #expect(rest.map(\.output) == all[(index + 1)...].map(\.output))
      #expect(rest.map(\.position) == all[(index + 1)...].map(\.position))
    }
  }
}
