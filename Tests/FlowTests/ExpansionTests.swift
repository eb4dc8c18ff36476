import Foundation
import SluiceFlow
import TestSupport
import Testing

/// `count` outputs of a number: a hundred times it, and one more each.
struct Views: Expansion {
  var count: Int
  var refused: Set<Int> = []

  static var settings: [Setting<Self>] { [Setting("count", \.count, in: 0...1000)] }

  func callAsFunction(_ input: Int, context: ElementContext) throws -> [Int] {
    if refused.contains(input) { throw Refused(what: "views of \(input)") }
    return (0..<count).map { input * 100 + $0 }
  }
}

/// What a stage behind an expansion knows and draws.
struct Seen: Equatable, Sendable {
  let value: Int
  let epoch: Int
  let sample: Int
  let repetition: Int
  let drawn: Int
}

struct See: Stage {
  var refused: Set<Int> = []

  func callAsFunction(_ input: Int, context: ElementContext) throws -> Seen {
    if refused.contains(input) { throw Refused(what: "\(input)") }
    var random = context.random()
    return Seen(
      value: input, epoch: context.epoch, sample: context.sample, repetition: context.repetition,
      drawn: random.integer(in: 0...1_000_000_000))
  }
}

@Suite(.serialized) struct ExpansionTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var workers = 1
    var buffer = 2
    var batch = 1
    var count = 1
    var testDescription: String { "workers \(workers) buffer \(buffer) batch \(batch) count \(count)" }

    static let all: [Shape] = [1, 2, 4].flatMap { workers in
      [1, 3].flatMap { buffer in
        [1, 2, 3, 5].flatMap { batch in
          [1, 2, 3].map { Shape(workers: workers, buffer: buffer, batch: batch, count: $0) }
        }
      }
    }

    static let samples = 7
    static let broken: Set<Int> = [2]
    static let refused: Set<Int> = [4]
    /// The second output of the last sample.
    static let refusedOutput: Set<Int> = [601]

    func pipeline(fails: Bool) -> Pipeline<[Seen]> {
      Pipeline("expansion") {
        Numbers(count: Shape.samples, broken: fails ? Shape.broken : []).workers(workers)
        Views(count: count, refused: fails ? Shape.refused : []).workers(workers).buffer(buffer)
        See(refused: fails ? Shape.refusedOutput : []).workers(workers).buffer(buffer)
          .batch(batch)
      }
    }

    /// The values of all batches of so many epochs.
    func expected(fails: Bool, epochs: Int) -> [[Int]] {
      var lost = fails ? Shape.broken.union(Shape.refused) : []
      if fails, count > 1 { lost.insert(6) }
      var values: [(ordinal: Int, value: Int)] = []
      for ordinal in 0..<(2 * epochs + 2) * Shape.samples where !lost.contains(ordinal % Shape.samples) {
        values += (0..<count).map { (ordinal, ordinal % Shape.samples * 100 + $0) }
      }
      var batches: [[Int]] = []
      // The last one begins before the end.
      while values[batches.count * batch].ordinal < epochs * Shape.samples {
        batches.append(values[(batches.count * batch)..<((batches.count + 1) * batch)].map(\.value))
      }
      return batches
    }
  }

  @Test(arguments: Shape.all) func theOutputsOfASampleStayTogetherInOrder(shape: Shape) async throws {
    for fails in [false, true] {
      let options = RunOptions(seed: 8, epochs: 2, maxFailures: nil)
      let run = shape.pipeline(fails: fails).run(options)
      var outputs: [[Seen]] = []
      for try await output in run { outputs.append(output) }
      #expect(outputs.map { $0.map(\.value) } == shape.expected(fails: fails, epochs: 2))
      for seen in outputs.joined() { #expect(seen.value == seen.sample * 100 + seen.repetition) }
      let failed = fails ? (shape.count > 1 ? 3 : 2) : 0
      #expect(run.position.failures.samples.count == failed && run.position.failures.count >= 2 * failed)
      if !fails {
        #expect(outputs.count == shape.pipeline(fails: false).extent(of: options).length.outputs)
        // Behind the last epoch a sample may have failed that only fills a batch.
        #expect(run.position.failures.count == 0)
      }
    }
  }

  @Test(arguments: Shape.all) func aRunGoesOnAtEveryOutput(shape: Shape) async throws {
    let options = RunOptions(seed: 8, epochs: 2, maxFailures: nil)
    for fails in [false, true] {
      var all: [Delivery<[Seen]>] = []
      for try await delivery in shape.pipeline(fails: fails).run(options).deliveries { all.append(delivery) }
      var other = shape
      other.workers = 5 - shape.workers
      for index in stride(from: 0, to: all.count, by: isSanitized ? 5 : 1) {
        var again = options
        let data = try JSONEncoder().encode(all[index].position)
        again.start = try JSONDecoder().decode(StreamPosition.self, from: data)
        #expect(again.start == all[index].position)
        var rest: [Delivery<[Seen]>] = []
        for try await delivery in other.pipeline(fails: fails).run(again).deliveries { rest.append(delivery) }
        #expect(rest.map(\.output) == all[(index + 1)...].map(\.output))
        #expect(rest.map(\.position) == all[(index + 1)...].map(\.position))
        #expect(rest.map(\.completesEpoch) == all[(index + 1)...].map(\.completesEpoch))
      }
    }
  }

  @Test func eachOutputDrawsByItselfAndTheFirstAsTheSampleAlone() async throws {
    func pipeline(_ count: Int) -> Pipeline<Seen> {
      Pipeline("draws") {
        Numbers(count: 20).repeating(count)
        See()
      }
    }
    let alone = try await collect(
      Pipeline("draws") {
        Numbers(count: 20)
        See()
      }, RunOptions(seed: 4))
    let repeated = try await collect(pipeline(3), RunOptions(seed: 4))
    #expect(try await collect(pipeline(1), RunOptions(seed: 4)) == alone)
    #expect(repeated.map(\.value) == (0..<60).map { $0 / 3 })
    #expect(repeated.map(\.repetition) == (0..<60).map { $0 % 3 })
    #expect(repeated.filter { $0.repetition == 0 } == alone)
    #expect(Set(repeated.map(\.drawn)).count == 60)
  }

  /// Expansions behind each other, in front of and behind batches and pairs.
  private func nested(workers: Int, refused: Set<Int> = []) -> Pipeline<[String]> {
    Pipeline("nested") {
      Zip(
        Segment {
          Numbers(count: 5, broken: [3]).workers(workers)
          Views(count: 2).workers(workers)
          See(refused: refused).workers(workers)
            .repeating(2)
        }.batch(3),
        Segment { Numbers(count: 4).repeating(3) }
      ) { seen, number in "\(seen.map { "\($0.value)" }.joined(separator: " ")) | \(number)" }
      .repeating(2).batch(2)
    }
  }

  @Test(arguments: [1, 3], [[], [401]] as [Set<Int>]) func nestedExpansionsGoOnAtEveryOutput(
    workers: Int, refused: Set<Int>
  ) async throws {
    let options = RunOptions(seed: 2, epochs: 2, maxFailures: nil)
    let pipeline = nested(workers: workers, refused: refused)
    var all: [Delivery<[String]>] = []
    for try await delivery in pipeline.run(options).deliveries { all.append(delivery) }
    let lost: Set<Int> = refused.isEmpty ? [3] : [3, 4]
    var values: [String] = []
    for sample in (0..<20).map({ $0 % 5 }) where !lost.contains(sample) {
      for value in [sample * 100, sample * 100 + 1] { values += ["\(value)", "\(value)"] }
    }
    let expected = all.indices.map { index -> [String] in
      let line = values[(index * 3)..<(index * 3 + 3)].joined(separator: " ")
      return [String](repeating: "\(line) | \(index / 3 % 4)", count: 2)
    }
    #expect(all.map(\.output) == expected)
    // Eight samples, or six, of four values each.
    #expect(all.count == (refused.isEmpty ? 11 : 8))
    for index in all.indices {
      var again = options
      again.start = all[index].position
      var rest: [Delivery<[String]>] = []
      for try await delivery in nested(workers: 4 - workers, refused: refused).run(again).deliveries {
        rest.append(delivery)
      }
      #expect(rest.map(\.output) == all[(index + 1)...].map(\.output))
      #expect(rest.map(\.position) == all[(index + 1)...].map(\.position))
    }
  }

  @Test func withoutABatchAFailingOutputTakesTheOthersWithIt() async throws {
    let pipeline = Pipeline("alone") {
      Numbers(count: 5)
      Views(count: 3).workers(2)
      See(refused: [102, 302]).workers(3)
    }
    let run = pipeline.run(RunOptions(maxFailures: nil))
    var values: [Int] = []
    for try await seen in run { values.append(seen.value) }
    #expect(values == [0, 1, 2, 200, 201, 202, 400, 401, 402])
    #expect(run.position.failures.count == 2)
    #expect(run.position.failures.samples.map(\.reason) == ["102 refused", "302 refused"])
    #expect(run.position.sources[0].consumed == 5 && run.position.sources[0].unfinished.isEmpty)
  }

  @Test func twoFailingOutputsOfASampleAreOneFailure() async throws {
    let pipeline = Pipeline("twice") {
      Numbers(count: 4)
      Views(count: 3)
      See(refused: [100, 102]).workers(2).batch(2)
    }
    let run = pipeline.run(RunOptions(maxFailures: 0.5))
    for try await _ in run {}
    #expect(run.position.failures.count == 1)
    #expect(run.position.failures.samples.map(\.reason) == ["100 refused"])
  }

  @Test func aWrongNumberOfOutputsEndsTheRun() async throws {
    struct Liar: Expansion {
      let count = 2
      func callAsFunction(_ input: Int, context: ElementContext) -> [Int] { [input] }
    }
    let error = await #expect(throws: FlowError.self) {
      try await collect(
        Pipeline("liar") {
          Numbers(count: 3)
          Liar()
        })
    }
    #expect(error?.description == "n0: 1 outputs given, 2 declared (liar)")
  }

  @Test func aStepTakesOneOutputAtATime() async throws {
    let parameters = Parameters()
    let pipeline = Pipeline("step") {
      Numbers(count: 4)
      Draw().repeating(2)
        .map { [$0] }
      Step {
        ForwardStage(parameters: parameters)
        OptimizeStage(parameters: parameters)
      }
    }
    var steps: [Int] = []
    for try await report in pipeline.run(RunOptions(epochs: 1)) {
      steps.append(report[0])
      #expect(parameters.weight == report[1])
    }
    #expect(steps == Array(0..<8) && parameters.mostInside == 1)
  }

  @Test func theCountIsASettingAndPartOfAPosition() async throws {
    var pipeline = Pipeline("set") {
      Numbers(count: 4).repeating(2)
        .batch(3)
    }
    var iterator = pipeline.run(RunOptions(epochs: 1)).deliveries.makeAsyncIterator()
    let position = try await iterator.next()?.position
    #expect(position?.sources[0].unfinished.map(\.ordinal) == [1])
    #expect(position?.sources[0].unfinished.map(\.delivered) == [[0]])
    try pipeline.set("repeat.count", to: "3")
    #expect(pipeline.extent(of: RunOptions(epochs: 1)).length.outputs == 4)
    let error = await #expect(throws: FlowError.self) {
      try await collect(pipeline, RunOptions(epochs: 1, start: position))
    }
    #expect(error?.code == .positionMismatch)
    #expect(error?.description.hasPrefix("numbers: a sample gives 3 outputs, in the position to go on from 2.") == true)
    let refusal = #expect(throws: FlowError.self) { try pipeline.set("repeat.count", to: "0") }
    #expect(refusal?.description == "repeat.count: 0 is outside 1...65536")
    let none = await #expect(throws: FlowError.self) {
      try await collect(Pipeline("none") { Numbers(count: 2).repeating(0) })
    }
    #expect(none?.description == "repeat.count: 0 given, 1...65536 wanted")
    let most = await #expect(throws: FlowError.self) {
      try await collect(Pipeline("most") { Numbers(count: 2).repeating(60_000).repeating(60_000) })
    }
    #expect(most?.description == "a sample gives 3600000000 outputs, at most 1000000 are wanted")
  }

  @Test(arguments: [1, 2, 4]) func memoryStaysWithinTheBoundOfTheGraph(workers: Int) async throws {
    struct Copies: Expansion {
      let count = 4
      let census: Census
      func callAsFunction(_ input: Token, context: ElementContext) -> [Token] {
        (0..<4).map { Token(input.number * 4 + $0, census) }
      }
    }
    let census = Census()
    let pipeline = Pipeline("tokens") {
      Tokens(count: 30, census: census)
      Copies(census: census).workers(workers).buffer(3)
      PassSlowly().workers(workers)
    }
    var numbers: [Int] = []
    for try await token in pipeline.run() { numbers.append(token.number) }
    #expect(numbers == Array(0..<120) && census.living == 0)
    let bound = pipeline.graph.nodes.reduce(1) { $0 + $1.heldOutputs + $1.workers }
    #expect(census.most <= bound)
    #expect(pipeline.graph.text.contains("4 outputs each"))
  }
}
