import SluiceFlow
import Testing

/// Numbers that no run can have are sentences, in every build.
@Suite struct LimitTests {
  private static let numbers = [Int.min, -1, 0, 1 << 40, .max]

  /// Every place of a declaration that takes a number, and what the pipeline with it is.
  private static let places: [(name: String, largest: Int, pipeline: @Sendable (Int) -> Pipeline<Int>)] = [
    (
      "add.workers", 4096,
      { number in
        Pipeline("p") {
          Numbers(count: 3)
          Add().workers(number)
        }
      }
    ),
    (
      "add.buffer", 1_000_000,
      { number in
        Pipeline("p") {
          Numbers(count: 3)
          Add().buffer(number)
        }
      }
    ),
    (
      "numbers.workers", 4096,
      { number in
        Pipeline("p") { Numbers(count: 3).workers(number) }
      }
    ),
    (
      "numbers.buffer", 1_000_000,
      { number in
        Pipeline("p") { Numbers(count: 3).buffer(number) }
      }
    ),
    (
      "numbers.window", Int(UInt32.max),
      { number in
        Pipeline("p") { Numbers(count: 3).shuffled(window: number) }
      }
    ),
    (
      "batch.size", 1_000_000,
      { number in
        Pipeline("p") { Numbers(count: 3).batch(number).map(\.count) }
      }
    ),
    (
      "batch.buffer", 1_000_000,
      { number in
        Pipeline("p") { Numbers(count: 3).batch(1).buffer(number).map(\.count) }
      }
    ),
    (
      "fork.window", 1_000_000,
      { number in
        Pipeline("p") {
          Numbers(count: 3)
          Fork {
            Add()
          } join: {
            $0 + $1
          }.window(number)
        }
      }
    ),
  ]

  @Test(arguments: numbers) func aNumberThatCannotBeEndsTheRunInWords(number: Int) async throws {
    for (name, largest, make) in Self.places where !(1...largest).contains(number) {
      let pipeline = make(number)
      let wanted = "1...\(largest) wanted"
      let error = await #expect(throws: FlowError.self) { try await collect(pipeline) }
      #expect(error?.code == .badSetting && error?.description == "\(name): \(number) given, \(wanted)")
      #expect(throws: FlowError.self) { try pipeline.check() }
      // Drawing it is no run; the numbers stand there as they were given.
      #expect(!pipeline.graph.text.isEmpty && !pipeline.graph.json.isEmpty)
      #expect(pipeline.settings.contains { $0.name == name && $0.value == "\(number)" })
      var other = make(1)
      let refusal = #expect(throws: FlowError.self) { try other.set(name, to: "\(number)") }
      #expect(refusal?.description == "\(name): \(number) given, \(wanted)")
      var mended = pipeline
      try mended.set(name, to: "1")
      try mended.check()
      #expect(try await collect(mended).count == 3)
    }
  }

  @Test func theLargestNumbersAreTaken() async throws {
    for (name, largest, make) in Self.places {
      let outputs = try await collect(make(largest))
      #expect(outputs.count == (name == "batch.size" ? 1 : 3))
    }
  }

  @Test func optionsThatCannotBeAreRefusedInWords() async throws {
    let pipeline = Pipeline("p") { Numbers(count: 3) }
    for (options, message) in [
      (RunOptions(epochs: -1), "epochs: -1 given, at least 0 wanted"),
      (RunOptions(steps: .min), "steps: \(Int.min) given, at least 0 wanted"),
      (RunOptions(maxFailures: .nan), "maxFailures: nan given, a share of 0 or more wanted"),
      (RunOptions(maxFailures: -0.5), "maxFailures: -0.5 given, a share of 0 or more wanted"),
    ] {
      let error = await #expect(throws: FlowError.self) { try await collect(pipeline, options) }
      #expect(error?.code == .badSetting && error?.description == message)
    }
    #expect(try await collect(pipeline, RunOptions(epochs: 0)).isEmpty)
    #expect(try await collect(pipeline, RunOptions(steps: 0)).isEmpty)
    var iterator = pipeline.run(RunOptions(epochs: .max)).makeAsyncIterator()
    #expect(try await iterator.next() == 0)
  }

  @Test func aListThatIsTooLongIsRefusedInWords() async throws {
    let count = Int(UInt32.max) + 1
    let error = await #expect(throws: FlowError.self) {
      try await collect(Pipeline("p") { Numbers(count: count) }, RunOptions(steps: 1))
    }
    #expect(error?.description == "numbers: the list has \(count) samples, at most \(UInt32.max) are wanted.")
  }
}
