import SluiceFlow
import Testing

@Suite struct PipelineRunTests {
  @Test func aPlainPipelineIsOnePassInOrder() async throws {
    let pipeline = Pipeline("plain") {
      Numbers(count: 100)
      Double2().workers(3)
      Add()
    }
    #expect(try await collect(pipeline) == (0..<100).map { $0 * 2 + 1 })
  }

  @Test(arguments: [1, 2, 5]) func everyWorkerCountGivesTheSameDraws(workers: Int) async throws {
    func pipeline(_ workers: Int) -> Pipeline<[Int]> {
      Pipeline("draws") {
        Numbers(count: 50).shuffled(seed: 3).workers(workers)
        CountingTransform().workers(workers)
        Draw().workers(workers).buffer(workers)
      }
    }
    let one = try await collect(pipeline(1), RunOptions(seed: 7, epochs: 3))
    #expect(one.count == 150)
    #expect(try await collect(pipeline(workers), RunOptions(seed: 7, epochs: 3)) == one)
    for epoch in 0..<3 {
      #expect(Set(one[(epoch * 50)..<(epoch * 50 + 50)].map { $0[0] }) == Set(0..<50))
    }
    #expect(one[0..<50].map { $0[0] } != one[50..<100].map { $0[0] })
  }

  @Test func aSinglePassDeliversTheLastPartialBatch() async throws {
    let pipeline = Pipeline("batches") { Numbers(count: 10).batch(4) }
    #expect(try await collect(pipeline) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
  }

  @Test func theLastBatchOfAnEpochIsFilledFromTheNext() async throws {
    let pipeline = Pipeline("batches") { Numbers(count: 10).batch(4) }
    #expect(
      try await collect(pipeline, RunOptions(epochs: 1)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]])
  }

  @Test func failedSamplesAreReplacedByTheNextOnes() async throws {
    let pipeline = Pipeline("failing") {
      Numbers(count: 10, broken: [1, 9])
      Add(amount: 0, refused: [4]).workers(2)
    }
    let batched = Pipeline("failing") {
      Numbers(count: 10, broken: [1, 9])
      Add(amount: 0, refused: [4]).workers(2).batch(4)
    }
    #expect(try await collect(pipeline, RunOptions(maxFailures: nil)) == [0, 2, 3, 5, 6, 7, 8])
    let run = batched.run(RunOptions(epochs: 1, maxFailures: nil))
    var outputs: [[Int]] = []
    for try await output in run { outputs.append(output) }
    #expect(outputs == [[0, 2, 3, 5], [6, 7, 8, 0]])
    #expect(run.position.failures.samples.map(\.identity) == ["n1", "n4", "n9"])
    #expect(run.position.failures.count == 3)
  }

  @Test func tooManyFailuresEndTheRunAtTheEndOfTheEpoch() async throws {
    let pipeline = Pipeline("failing") { Numbers(count: 10, broken: [1, 9]) }
    var outputs: [Int] = []
    await #expect(throws: FlowError.self) {
      for try await output in pipeline.run(RunOptions(maxFailures: 0.1)) { outputs.append(output) }
    }
    #expect(outputs == [0, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func aListWithoutAUsableSampleEndsAtOnce() async throws {
    let pipeline = Pipeline("hopeless") { Numbers(count: 3, broken: [0, 1, 2]).batch(2) }
    let error = await #expect(throws: FlowError.self) { try await collect(pipeline, RunOptions(epochs: 5)) }
    #expect(error?.code == .noUsableSample)
  }

  @Test func aStepHoldsOneElementAndNothingRunsBetweenOutputs() async throws {
    let log = Log()
    let pipeline = Pipeline("step") {
      Numbers(count: 6).batch(2)
      Step {
        Record(name: "forward", log: log)
        Record(name: "optimize", log: log)
      }
    }
    var seen = 0
    for try await _ in pipeline.run(RunOptions(epochs: 2)) {
      seen += 1
      log.add("out")
      #expect(log.entries.count == seen * 3)
    }
    #expect(seen == 6)
    #expect(log.entries.count == 18)
    #expect(log.entries.prefix(3) == ["forward 0", "optimize 0", "out"])
  }

  @Test func forkAndZipPutThingsTogether() async throws {
    let pipeline = Pipeline("fork") {
      Zip(Numbers(count: 5).repeated(), Segment { Numbers(count: 8, broken: [2]) })
      Segment<(Int, Int), Int> { Sum() }
      Fork {
        Double2().workers(2)
        Segment {
          Add(amount: 1)
          Add(amount: 10)
        }
      } join: {
        Three(element: $0, double: $1, eleven: $2)
      }
    }
    let outputs = try await collect(pipeline, RunOptions(maxFailures: 0.5))
    let pairs = [(0, 0), (1, 1), (2, 3), (3, 4), (4, 5), (0, 6), (1, 7)]
    #expect(outputs == pairs.map { Three(element: $0 + $1, double: 2 * ($0 + $1), eleven: $0 + $1 + 11) })
  }

  @Test func resumingGoesOnExactlyThere() async throws {
    let pipeline = Pipeline("resume") {
      Numbers(count: 7, broken: [3]).shuffled()
      Draw().workers(2)
        .batch(2)
    }
    let options = RunOptions(seed: 5, epochs: 4, maxFailures: 0.5)
    var all: [(output: [[Int]], position: StreamPosition)] = []
    for try await delivery in pipeline.run(options).deliveries { all.append((delivery.output, delivery.position)) }
    for index in all.indices {
      var again = options
      again.start = all[index].position
      var rest: [[[Int]]] = []
      let run = pipeline.run(again)
      for try await output in run { rest.append(output) }
      #expect(rest == all[(index + 1)...].map(\.output))
      #expect(run.position == all.last?.position)
    }
  }

  @Test func settingsAreAppliedByName() async throws {
    var pipeline = Pipeline("set") {
      Numbers(count: 6)
      Add().workers(2).batch(3)
    }
    try pipeline.set("add.amount", to: "5")
    try pipeline.set("batch.size", to: "2")
    try pipeline.set("add.workers", to: "3")
    #expect(try await collect(pipeline) == [[5, 6], [7, 8], [9, 10]])
    #expect(pipeline.settings.map(\.name).contains("add.amount"))
    #expect(throws: FlowError.self) { try pipeline.set("ad.amount", to: "5") }
    #expect(throws: FlowError.self) { try pipeline.set("add.amount", to: "500") }
  }
}

struct Sum: Stage {
  func callAsFunction(_ input: (Int, Int), context: ElementContext) -> Int { input.0 + input.1 }
}

struct Record: Stage {
  let name: String
  let log: Log

  func callAsFunction(_ input: [Int], context: ElementContext) -> [Int] {
    log.add("\(name) \(context.step ?? -1)")
    return input
  }
}

struct Three: Equatable {
  let element: Int
  let double: Int
  let eleven: Int
}
