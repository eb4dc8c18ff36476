import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

/// Parameters that steps change, as training does.
final class Parameters: Sendable {
  private let value = Lock((weight: 1, inside: 0, mostInside: 0))

  func enter() -> Int {
    value.withLock {
      $0.inside += 1
      $0.mostInside = max($0.mostInside, $0.inside)
      return $0.weight
    }
  }

  func leave(adding gradient: Int) -> Int {
    value.withLock {
      $0.inside -= 1
      $0.weight = ($0.weight &* 31 &+ gradient) % 1_000_003
      return $0.weight
    }
  }

  var weight: Int { value.withLock { $0.weight } }
  var mostInside: Int { value.withLock { $0.mostInside } }
}

struct ForwardStage: Stage {
  let parameters: Parameters

  func callAsFunction(_ input: [[Int]], context: ElementContext) -> [Int] {
    [parameters.enter(), input.reduce(0) { $0 + $1.reduce(0, +) }]
  }
}

struct OptimizeStage: Stage {
  let parameters: Parameters
  var failsAt: Int?

  func callAsFunction(_ input: [Int], context: ElementContext) throws -> [Int] {
    if context.step == failsAt { throw Refused(what: "step \(failsAt ?? 0)") }
    return [context.step ?? -1, parameters.leave(adding: input[0] &* 7 &+ input[1])]
  }
}

@Suite(.hanging) struct StepTests {
  private func training(
    _ parameters: Parameters, workers: Int = 2, buffer: Int = 4, failsAt: Int? = nil
  )
    -> Pipeline<[Int]>
  {
    Pipeline("training") {
      Numbers(count: 9, broken: [2]).shuffled().workers(workers)
      Draw().workers(workers).buffer(buffer).batch(2)
      Step {
        ForwardStage(parameters: parameters)
        OptimizeStage(parameters: parameters, failsAt: failsAt)
      }
    }
  }

  private let options = RunOptions(seed: 11, epochs: 3, maxFailures: 0.2)

  @Test func parametersAreNeverStaleAndStillBetweenOutputs() async throws {
    let parameters = Parameters()
    for try await report in training(parameters).run(options) { #expect(parameters.weight == report[1]) }
    #expect(parameters.mostInside == 1)
  }

  @Test func aRunKilledAtAnyStepAndResumedIsTheSame() async throws {
    let whole = Parameters()
    var reports: [[Int]] = []
    for try await report in training(whole).run(options) { reports.append(report) }
    #expect(reports.map { $0[0] } == Array(0..<reports.count))
    for kill in 1..<reports.count {
      let parameters = Parameters()
      var position = StreamPosition(seed: 0)
      var first: [[Int]] = []
      // A killed run does not close anything; leaving the loop is as near as a test comes.
      for try await delivery in training(parameters, workers: 3).run(options).deliveries {
        first.append(delivery.output)
        position = delivery.position
        if first.count == kill { break }
      }
      #expect(position.step == kill)
      var again = options
      again.start = position
      for try await report in training(parameters, workers: 1, buffer: 1).run(again) { first.append(report) }
      #expect(first == reports)
    }
  }

  @Test func stoppingFinishesTheStepInProgress() async throws {
    for stopAt in 1...4 {
      let parameters = Parameters()
      let run = training(parameters).run(options)
      var reports: [[Int]] = []
      for try await report in run {
        reports.append(report)
        if reports.count == stopAt { run.stop() }
      }
      #expect(reports.count == stopAt)
      #expect(run.position.step == stopAt)
      #expect(parameters.weight == reports[stopAt - 1][1])
      await run.close()
    }
  }

  @Test func stoppingFromInsideAStepStillDeliversIt() async throws {
    let stopper = Stopper()
    let pipeline = Pipeline("stop") {
      Numbers(count: 100).batch(1)
      Step { stopper.stage }
    }
    let run = pipeline.run(RunOptions(epochs: 10))
    stopper.action.withLock { $0 = { run.stop() } }
    var outputs: [[Int]] = []
    for try await output in run { outputs.append(output) }
    #expect(outputs == [[0], [1], [2]])
    stopper.action.withLock { $0 = nil }
  }

  @Test func anErrorInsideAStepEndsTheRunWithItsSamples() async throws {
    let error = await #expect(throws: FlowError.self) {
      try await collect(training(Parameters(), failsAt: 3), options)
    }
    #expect(error?.code == .stageFailed && error?.stage == "optimizeStage")
    #expect(error?.identity?.hasPrefix("batch: n") == true)
  }

  @Test func stepsEndARunAndCountThoseBeforeAResume() async throws {
    var limited = options
    limited.epochs = nil
    limited.steps = 5
    let parameters = Parameters()
    let run = training(parameters).run(limited)
    var count = 0
    for try await _ in run { count += 1 }
    #expect(count == 5)
    limited.steps = 7
    limited.start = run.position
    #expect(try await collect(training(parameters), limited).map { $0[0] } == [5, 6])
    limited.steps = 4
    #expect(try await collect(training(parameters), limited).isEmpty)
  }

  @Test func deliveriesNameEpochsAndSamples() async throws {
    let pipeline = Pipeline("named") { Numbers(count: 5).batch(2) }
    var lines: [String] = []
    for try await delivery in pipeline.run(RunOptions(epochs: 2)).deliveries {
      lines.append("\(delivery.epoch) \(delivery.samples) \(delivery.completesEpoch)")
    }
    #expect(
      lines == [
        #"0 ["n0", "n1"] false"#, #"0 ["n2", "n3"] false"#, #"0 ["n4", "n0"] true"#, #"1 ["n1", "n2"] false"#,
        #"1 ["n3", "n4"] true"#,
      ])
  }
}

/// A stage that stops the run at its third element.
final class Stopper: Sendable {
  let action = Lock<(@Sendable () -> Void)?>(nil)

  var stage: StopAtTwo { StopAtTwo(stopper: self) }

  struct StopAtTwo: Stage {
    let stopper: Stopper

    func callAsFunction(_ input: [Int], context: ElementContext) -> [Int] {
      if input == [2] { stopper.action.withLock { $0 }?() }
      return input
    }
  }
}
