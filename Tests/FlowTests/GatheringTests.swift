import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

/// One output of several elements of a step: their values, and what their contexts said.
struct Gather: Gathering {
  var gatheredCount: Int
  var log = Log()
  static var settings: [Setting<Self>] { [Setting("gatheredCount", \.gatheredCount, in: 1...100)] }

  func prepare() { log.add("prepared") }

  func add(_ input: [Int], to gathered: inout [String]?, context: ElementContext) throws {
    gathered = (gathered ?? []) + ["\(input)"]
    log.add("\(context.step ?? -1).\(context.round)")
  }

  func output(of gathered: [String], context: ElementContext) -> [String] { gathered }
}

@Suite(.hanging) struct GatheringTests {
  private func pipeline(
    _ gathered: Int?, failing: Set<Int> = [2], workers: Int = 2, buffer: Int = 3, log: Log = Log()
  ) -> Pipeline<[String]> {
    Pipeline("gathering") {
      Numbers(count: 9, broken: failing).shuffled().workers(workers)
      Add(amount: 0, refused: [5]).workers(workers).buffer(buffer).batch(2)
      Step {
        Keep()
        if let gathered {
          Gather(gatheredCount: gathered, log: log)
        } else {
          Singly()
        }
      }
    }
  }

  private struct Keep: Stage {
    func callAsFunction(_ input: [Int], context: ElementContext) -> [Int] { input }
  }

  private struct Singly: Stage {
    func callAsFunction(_ input: [Int], context: ElementContext) -> [String] { ["\(input)"] }
  }

  private func groups(_ elements: [String], of size: Int) -> [[String]] {
    stride(from: 0, to: elements.count, by: size).map { Array(elements[$0..<min($0 + size, elements.count)]) }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 50], [1, 3]) func outputsHoldTheElementsOfTheRunInOrder(
    size: Int, workers: Int
  ) async throws {
    for options in [
      RunOptions(seed: 4, epochs: 1, maxFailures: nil), RunOptions(seed: 4, epochs: 3, maxFailures: nil),
      RunOptions(seed: 4, maxFailures: nil),
    ] {
      let elements = try await collect(pipeline(nil), options).map { $0[0] }
      let log = Log()
      let gathered = pipeline(size, workers: workers, log: log)
      var outputs: [[String]] = []
      for try await delivery in gathered.run(options).deliveries {
        outputs.append(delivery.output)
        #expect(delivery.position.step == outputs.count)
      }
      // What is left at the end of the run makes a smaller output; epochs in between are no ends.
      #expect(outputs == groups(elements, of: size))
      #expect(log.entries == ["prepared"] + elements.indices.map { "\($0 / size).\($0 % size)" })
    }
  }

  @Test func theEndOfARunIsKnownWhateverFailsLast() async throws {
    // The order is drawn, so each sample is the last one for some seed.
    for seed in 0..<40 as Range<UInt64> {
      let options = RunOptions(seed: seed, epochs: 2, maxFailures: nil)
      let elements = try await collect(pipeline(nil), options).map { $0[0] }
      let run = pipeline(3).run(options)
      var outputs: [[String]] = []
      for try await output in run { outputs.append(output) }
      #expect(outputs == groups(elements, of: 3))
      #expect(run.position.failures.count == 4 && run.position.step == outputs.count)
    }
  }

  @Test func stepsCountOutputs() async throws {
    let options = RunOptions(seed: 1, steps: 5, maxFailures: nil)
    let outputs = try await collect(pipeline(4), options)
    #expect(outputs.count == 5 && outputs.allSatisfy { $0.count == 4 })
    let extent = pipeline(4).extent(of: options)
    #expect(extent.length.outputs == 5 && extent.length.elements == 20 && extent.samplesPerOutput == 8)
    let epochs = pipeline(4).extent(of: RunOptions(epochs: 3))
    // 27 samples are 14 batches, of which four outputs are made.
    #expect(epochs.length.outputs == 4 && epochs.length.elements == 14)
  }

  @Test(arguments: [2, 3]) func aRunKilledBehindAnyOutputAndResumedIsTheSame(size: Int) async throws {
    let options = RunOptions(seed: 11, epochs: 4, maxFailures: nil)
    let whole = try await collect(pipeline(size), options)
    for kill in 1..<whole.count {
      var outputs: [[String]] = []
      var again = options
      for try await delivery in pipeline(size, workers: 3).run(options).deliveries {
        outputs.append(delivery.output)
        again.start = delivery.position
        if outputs.count == kill { break }
      }
      outputs += try await collect(pipeline(size, workers: 1, buffer: 1), again)
      #expect(outputs == whole)
    }
  }

  @Test func stoppingFinishesTheOutputInProgress() async throws {
    for stopAt in 0..<8 {
      let stopper = Lock<(@Sendable () -> Void)?>(nil)
      let seen = Lock(0)
      let stopping = Pipeline("stopping") {
        Numbers(count: 100).map { number in
          number
        }.batch(1)
        Step {
          StopAt(element: stopAt, seen: seen, action: stopper)
          Gather(gatheredCount: 3)
        }
      }
      let run = stopping.run(RunOptions(epochs: 10))
      stopper.withLock { $0 = { run.stop() } }
      var outputs: [[String]] = []
      for try await output in run { outputs.append(output) }
      #expect(outputs.count == stopAt / 3 + 1)
      #expect(outputs.allSatisfy { $0.count == 3 })
      #expect(run.position.step == outputs.count && run.position.sources[0].consumed == 3 * outputs.count)
      stopper.withLock { $0 = nil }
    }
  }

  private struct StopAt: Stage {
    let element: Int
    let seen: Lock<Int>
    let action: Lock<(@Sendable () -> Void)?>

    func callAsFunction(_ input: [Int], context: ElementContext) -> [Int] {
      let number = seen.withLock { seen in
        defer { seen += 1 }
        return seen
      }
      if number == element { action.withLock { $0 }?() }
      return input
    }
  }

  @Test func anErrorAppliesNothingOfTheOutputInProgress() async throws {
    let log = Log()
    let failing = Pipeline("failing") {
      Numbers(count: 8).batch(1)
      Step {
        FailAt(element: 4)
        Recorded(log: log)
      }
    }
    await #expect(throws: FlowError.self) { try await collect(failing, RunOptions(epochs: 1)) }
    #expect(log.entries == ["add", "add", "add", "output", "add"])
  }

  private struct FailAt: Stage {
    let element: Int

    func callAsFunction(_ input: [Int], context: ElementContext) throws -> [Int] {
      if input == [element] { throw Refused(what: "\(element)") }
      return input
    }
  }

  private struct Recorded: Gathering {
    let log: Log
    let gatheredCount = 3

    func add(_ input: [Int], to gathered: inout [Int]?, context: ElementContext) {
      log.add("add")
      gathered = (gathered ?? []) + input
    }

    func output(of gathered: [Int], context: ElementContext) -> [Int] {
      log.add("output")
      return gathered
    }
  }

  @Test(arguments: [2, 3], [1, 2, 3]) func allOwnPartsMakeOneOutput(parts: Int, size: Int) async throws {
    var options = RunOptions(seed: 3, epochs: 2, maxFailures: nil)
    options.parts = BatchParts(count: parts)
    let elements = try await collect(pipeline(nil), options).map { $0[0] }
    let outputs = try await collect(pipeline(size), options)
    #expect(outputs.allSatisfy { $0.count == parts * size })
    #expect(Array(outputs.joined().prefix(elements.count)) == elements)
    #expect(outputs.count == pipeline(size).extent(of: options).length.outputs)
  }

  @Test func onlyAStepGathers() throws {
    func message(_ pipeline: Pipeline<some Sendable>) -> String? {
      do { try pipeline.check() } catch { return "\(error)" }
      return nil
    }
    let outside = Pipeline("outside") {
      Numbers(count: 4).batch(1)
      Collected(gatheredCount: 2)
    }
    #expect(message(outside)?.contains("only the first such stage of a Step") == true)
    let branch = Pipeline("branch") {
      Numbers(count: 4).batch(1)
      Step {
        Fork {
          Collected(gatheredCount: 2)
        } join: {
          $1
        }
      }
    }
    #expect(message(branch)?.contains("only the first such stage of a Step") == true)
    let twice = Pipeline("twice") {
      Numbers(count: 4).batch(1)
      Step {
        Collected(gatheredCount: 2)
        Collected(gatheredCount: 2)
      }
    }
    #expect(message(twice) != nil)
    for count in [0, -1, .max] {
      #expect(message(pipeline(count))?.contains("gatheredCount") == true)
    }
    var settable = pipeline(2)
    try settable.set("gather.gatheredCount", to: "3")
    #expect(settable.extent(of: RunOptions(steps: 1)).samplesPerOutput == 6)
  }

  private struct Collected: Gathering {
    let gatheredCount: Int

    func add(_ input: [Int], to gathered: inout [Int]?, context: ElementContext) {
      gathered = (gathered ?? []) + input
    }

    func output(of gathered: [Int], context: ElementContext) -> [Int] { gathered }
  }
}
