import SluiceFlow
import Testing

/// Gives the length of the run that its context states.
struct StatedLength<Input: Sendable>: Stage {
  func callAsFunction(_ input: Input, context: ElementContext) -> RunLength { context.length }
}

@Suite struct RunExtentTests {
  struct Streams: Sendable, CustomTestStringConvertible {
    var firstBatch = 1
    var secondBatch = 1
    var pairs = 1
    var isFirstRepeated = false
    var epochs = 1
    var testDescription: String {
      "batches \(firstBatch) and \(secondBatch), \(pairs) pairs, first repeated \(isFirstRepeated), epochs \(epochs)"
    }

    static let all: [Streams] = [1, 2, 3].flatMap { first in
      [1, 4].flatMap { second in
        [1, 2].flatMap { pairs in
          [false, true].flatMap { isFirstRepeated in
            [1, 3].map {
              Streams(
                firstBatch: first, secondBatch: second, pairs: pairs, isFirstRepeated: isFirstRepeated, epochs: $0)
            }
          }
        }
      }
    }

    static let (firstCount, secondCount) = (12, 7)

    var pipeline: Pipeline<RunLength> {
      let first = Numbers(count: Streams.firstCount)
      return Pipeline("streams") {
        Zip(
          Segment { isFirstRepeated ? first.repeated() : first.workers(1) }.batch(firstBatch),
          Segment { Numbers(count: Streams.secondCount) }.batch(secondBatch)
        ).batch(pairs)
        StatedLength<[([Int], [Int])]>()
      }
    }

    /// Samples of the primary source, and those in one output.
    var primary: (count: Int, perOutput: Int) {
      isFirstRepeated
        ? (Streams.secondCount, secondBatch * pairs) : (Streams.firstCount, firstBatch * pairs)
    }
  }

  @Test(arguments: Streams.all) func aRunIsAsLongAsItSays(streams: Streams) async throws {
    let options = RunOptions(epochs: streams.epochs)
    let extent = streams.pipeline.extent(of: options)
    let (count, perOutput) = streams.primary
    #expect(extent.sampleCount == count && extent.samplesPerOutput == Double(perOutput))
    #expect(extent.primarySource == (streams.isFirstRepeated ? "numbers2" : "numbers"))
    let run = streams.pipeline.run(options)
    var delivered = 0
    var fraction = 0.0
    for try await delivery in run.deliveries {
      delivered += 1
      #expect(delivery.output == extent.length)
      #expect(extent.isComplete(at: delivery.position) == (delivered == extent.length.outputs))
      #expect(extent.epoch(at: delivery.position) == delivered * perOutput / count)
      #expect(extent.epoch(at: delivery.position) == run.epoch)
      #expect(extent.epochProgress(at: delivery.position) == Double(delivered * perOutput) / Double(count))
      #expect(extent.fraction(at: delivery.position) > fraction)
      fraction = extent.fraction(at: delivery.position)
    }
    #expect(delivered == extent.length.outputs && fraction == 1)
    #expect(extent.length.epochs == Double(streams.epochs))
  }

  @Test(arguments: Streams.all) func stepsEndARunBeforeItsEpochs(streams: Streams) async throws {
    let whole = streams.pipeline.extent(of: RunOptions(epochs: streams.epochs)).length.outputs
    for steps in [1, whole - 1, whole, whole + 1] where steps > 0 {
      let options = RunOptions(epochs: streams.epochs, steps: steps)
      let extent = streams.pipeline.extent(of: options)
      #expect(extent.length.outputs == min(steps, whole))
      let run = streams.pipeline.run(options)
      for try await _ in run {}
      #expect(run.position.step == extent.length.outputs && extent.isComplete(at: run.position))
      let progress = extent.progress(at: run.position)
      #expect(progress.done == progress.total && progress.unit == (steps <= whole ? .outputs : .samples))
    }
  }

  @Test func stepsAloneSayHowManyEpochsTheyAre() {
    let pipeline = Pipeline("steps") { Numbers(count: 10).batch(4) }
    let extent = pipeline.extent(of: RunOptions(steps: 5))
    #expect(extent.length == RunLength(epochs: 2, outputs: 5))
    #expect(extent.progress(at: StreamPosition(seed: 0)) == (0, 5, .outputs))
  }

  @Test func aSinglePassIsOneEpochAndEndsByItself() async throws {
    let pipeline = Pipeline("pass") { Numbers(count: 10).batch(4) }
    let extent = pipeline.extent(of: RunOptions())
    #expect(extent.length == RunLength(epochs: 1, outputs: 3))
    let run = pipeline.run()
    for try await _ in run {}
    #expect(extent.fraction(at: run.position) == 1 && !extent.isComplete(at: run.position))
  }

  @Test func aLengthBeyondAllNumbersIsTheLargest() {
    let pipeline = Pipeline("long") { Numbers(count: 10).batch(4) }
    let extent = pipeline.extent(of: RunOptions(epochs: .max))
    #expect(extent.length.outputs > Int.max / 8 && !extent.isComplete(at: StreamPosition(seed: 0)))
    #expect(pipeline.extent(of: RunOptions(steps: .max)).length.outputs == .max)
  }
}
