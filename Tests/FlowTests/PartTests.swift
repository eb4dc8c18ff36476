import Foundation
import SluiceFlow
import Testing

@Suite(.serialized) struct PartTests {
  private static let options = RunOptions(seed: 6, epochs: 3, maxFailures: nil)

  private func options(parts: Int) -> RunOptions {
    var options = Self.options
    options.parts = BatchParts(count: parts)
    return options
  }

  @Test(arguments: PartPipeline.allCases, [2, 3, 4, 6]) func anyNumberOfProcessesMakesWhatOneMakes(
    form: PartPipeline, parts: Int
  ) async throws {
    let pipeline = form.pipeline()
    let one = try await PartProcess(pipeline, options(parts: parts))
    let (samples, outputs) = form.ratio
    let steps = (PartPipeline.count * outputs + parts * samples - 1) / (parts * samples)
    #expect(one.outputs.map { [$0.step, $0.part] } == (0..<(3 * steps * parts)).map { [$0 / parts, $0 % parts] })
    #expect(one.outputs.map(\.epoch) == one.outputs.map { $0.step / steps })
    #expect(pipeline.extent(of: options(parts: parts)).length == RunLength(epochs: 3, outputs: 3 * steps))
    let start = StreamPosition(seed: Self.options.seed)
    for count in 1...parts {
      let processes = try await PartProcess.all(
        count, parts: parts, Self.options, form.pipeline(workers: 1 + count % 3))
      #expect(PartProcess.union(processes) == one.outputs)
      let merged = try PartProcess.merged(processes, from: start)
      #expect(merged.map(\.withSortedFailures) == one.atSteps.map(\.withSortedFailures))
    }
  }

  @Test(arguments: PartPipeline.allCases) func everyStepGoesOnWithAnotherNumberOfProcesses(
    form: PartPipeline
  ) async throws {
    let parts = 4
    let pipeline = form.pipeline(workers: 2)
    let one = try await PartProcess(pipeline, options(parts: parts))
    let start = StreamPosition(seed: Self.options.seed)
    let pairs = try PartProcess.merged(await PartProcess.all(2, parts: parts, Self.options, pipeline), from: start)
    for (step, position) in pairs.enumerated() {
      var again = Self.options
      let data = try JSONEncoder().encode(position)
      again.start = try JSONDecoder().decode(StreamPosition.self, from: data)
      #expect(again.start == position)
      for count in [1, 3, 4] {
        let processes = try await PartProcess.all(count, parts: parts, again, form.pipeline(workers: count))
        #expect(PartProcess.union(processes) == Array(one.outputs[((step + 1) * parts)...]))
        let merged = try PartProcess.merged(processes, from: position)
        #expect(merged.map(\.withSortedFailures) == one.atSteps[(step + 1)...].map(\.withSortedFailures))
      }
    }
  }

  @Test(arguments: PartPipeline.allCases) func oneProcessGoesOnBehindEveryPart(form: PartPipeline) async throws {
    for own in [0..<3, 1..<3] {
      var options = Self.options
      options.parts = BatchParts(count: 3, own: own)
      let all = try await PartProcess(form.pipeline(), options)
      #expect(all.positions.contains { $0.nextPart != nil })
      for index in all.outputs.indices {
        var again = options
        again.start = all.positions[index]
        let rest = try await PartProcess(form.pipeline(workers: 2), again)
        #expect(rest.outputs == Array(all.outputs[(index + 1)...]))
        #expect(rest.positions == Array(all.positions[(index + 1)...]))
      }
    }
  }

  /// What parts hold, written out: each its own samples in order, without those that fail.
  @Test(arguments: [1, 2, 3, 5], [1, 2, 3]) func batchesHoldWhatTheRuleSays(parts: Int, size: Int) async throws {
    let (count, lost) = (11, [4, 7] as Set<Int>)
    let options = options(parts: parts)
    let pipeline = Pipeline("rule") {
      Numbers(count: count, broken: [4]).shuffled(seed: 1)
      Add(amount: 0, refused: [7]).workers(3).batch(size)
    }
    var feed = FeedState(count: count, seed: 6, order: SourceOrder(shuffleSeed: 1), from: nil, limit: nil)
    let stream = (0..<2000).map { _ in feed.next()?.sample ?? -1 }
    let ofParts = (0..<parts).map { part in
      stride(from: part, to: stream.count, by: parts).map { stream[$0] }.filter { !lost.contains($0) }
    }
    var outputs: [[Int]] = []
    for try await output in pipeline.run(options) { outputs.append(output) }
    if parts > 1 { #expect(outputs.count == 3 * parts * ((count + parts * size - 1) / (parts * size))) }
    for (index, output) in outputs.enumerated() {
      let (step, part) = (index / parts, index % parts)
      #expect(output == Array(ofParts[part][(step * size)..<((step + 1) * size)]))
    }
  }

  @Test(arguments: 1...4) func aSinglePassReadsEachSampleOnce(processes: Int) async throws {
    let pipeline = Pipeline("pass") { Numbers(count: 11, broken: [3]).batch(2).map { "\($0)" } }
    let all = try await PartProcess.all(processes, parts: 4, RunOptions(maxFailures: nil), pipeline)
    let batches = all.flatMap { $0.outputs.map(\.output) }
    // Part 3 has 3, 7: one of them fails. The others have three or two.
    #expect(batches.sorted() == ["[0, 4]", "[1, 5]", "[2, 6]", "[7]", "[8]", "[9]", "[10]"].sorted())
    let sources = all.map { $0.positions.last?.sources[0] }
    #expect(sources.allSatisfy { $0?.count == 11 })
  }

  @Test func stepsCountEveryPartOnce() async throws {
    var options = RunOptions(seed: 1, steps: 3, maxFailures: nil)
    options.parts = BatchParts(count: 4, rank: 1, of: 2)
    let process = try await PartProcess(PartPipeline.batched.pipeline(), options)
    #expect(process.outputs.map { [$0.step, $0.part] } == [[0, 2], [0, 3], [1, 2], [1, 3], [2, 2], [2, 3]])
    let extent = PartPipeline.batched.pipeline().extent(of: options)
    #expect(extent.length == RunLength(epochs: 1.5, outputs: 3))
    #expect(process.positions.map { extent.progress(at: $0).done } == [0, 1, 1, 2, 2, 3])
  }

  @Test func aStoppedProcessHasWholeSteps() async throws {
    var options = Self.options
    options.parts = BatchParts(count: 3)
    let run = PartPipeline.stepped.pipeline(workers: 2).run(options)
    var count = 0
    for try await _ in run {
      count += 1
      if count == 4 { run.stop() }
    }
    // What is under way is one part; going on makes the others.
    #expect(count == 4 && run.position.step == 1 && run.position.nextPart == 1)
    await run.close()
  }

  @Test func memoryDoesNotGrowWithTheNumberOfParts() async throws {
    func most(_ parts: Int) async throws -> Int {
      let census = Census()
      let pipeline = Pipeline("tokens") {
        Tokens(count: 400, census: census, broken: Set(stride(from: 0, to: 100, by: 3))).workers(2)
        PassSlowly().workers(2).batch(4)
      }
      var options = RunOptions(epochs: 3, maxFailures: nil)
      options.parts = BatchParts(count: parts)
      for try await _ in pipeline.run(options) {}
      #expect(census.living == 0)
      return census.most
    }
    // Batches in the channels and in hand, elements on their way, and those that wait for one in place of a failed one.
    let bound = 4 * (1 + 2 + 1 + 2) + 20
    for parts in [1, 4, 16, 50] { #expect(try await most(parts) <= bound) }
  }
}

/// What is refused, and what ends a run in parts.
@Suite struct PartRefusalTests {
  @Test func partsThatCannotBeAreRefusedInWords() async throws {
    let pipeline = Pipeline("p") { Numbers(count: 3) }
    for (parts, message) in [
      (BatchParts(count: 0), "parts: 0 given, 1...65536 wanted"),
      (BatchParts(count: -4), "parts: -4 given, 1...65536 wanted"),
      (BatchParts(count: .max), "parts: \(Int.max) given, 1...65536 wanted"),
      (BatchParts(count: 4, own: 2..<2), "parts: 2..<2 of 4 given, at least one wanted"),
      (BatchParts(count: 4, own: 2..<5), "parts: 2..<5 of 4 given, at least one wanted"),
      (BatchParts(count: 2, rank: 5, of: 2), "parts: 0..<0 of 2 given, at least one wanted"),
      (BatchParts(count: 2, rank: 1, of: 3), "parts: 0..<0 of 2 given, at least one wanted"),
      (BatchParts(count: 2, rank: 0, of: 0), "parts: 0..<0 of 2 given, at least one wanted"),
      (BatchParts(count: .max, rank: 1, of: 2), "parts: \(Int.max) given, 1...65536 wanted"),
    ] {
      let error = await #expect(throws: FlowError.self) { try await collect(pipeline, RunOptions(parts: parts)) }
      #expect(error?.code == .badSetting && error?.description == message)
    }
  }

  @Test func ranksShareThePartsEvenly() {
    for count in 1...9 {
      for size in 1...count {
        let own = (0..<size).map { BatchParts(count: count, rank: $0, of: size).own }
        #expect(own.flatMap { $0 } == Array(0..<count))
        #expect((own.map(\.count).max() ?? 0) - (own.map(\.count).min() ?? 0) <= 1)
      }
    }
  }

  @Test func anotherNumberOfPartsDoesNotGoOn() async throws {
    let pipeline = Pipeline("p") { Numbers(count: 8).batch(2) }
    func end(_ parts: Int) async throws -> StreamPosition {
      let run = pipeline.run(RunOptions(steps: 1, parts: BatchParts(count: parts)))
      for try await _ in run {}
      return run.position
    }
    for (before, after) in [(1, 2), (2, 1), (2, 4)] {
      let start = try await end(before)
      let error = await #expect(throws: FlowError.self) {
        try await collect(pipeline, RunOptions(steps: 2, start: start, parts: BatchParts(count: after)))
      }
      #expect(error?.code == .positionMismatch)
      #expect(
        error?.description
          == "numbers: batches have \(after) parts, in the position to go on from \(before). Go on with as many; the "
          + "number of processes may change.")
    }
  }

  @Test func aPartWithoutAUsableSampleEndsTheRun() async throws {
    let pipeline = Pipeline("p") { Numbers(count: 10, broken: [1, 3, 5, 7, 9]).batch(2) }
    let error = await #expect(throws: FlowError.self) {
      try await collect(pipeline, RunOptions(epochs: 3, maxFailures: nil, parts: BatchParts(count: 2)))
    }
    #expect(error?.code == .noUsableSample)
    #expect(
      error?.description.hasPrefix("part 1 of 2: none of 10 samples in a row could be used. The first: n1") == true)
  }

  @Test func failuresAreJudgedOfAllPartsTogether() async throws {
    let pipeline = Pipeline("p") { Numbers(count: 10, broken: [1, 2]).batch(1) }
    func options(_ share: Double, _ own: Range<Int>) -> RunOptions {
      RunOptions(epochs: 2, maxFailures: share, parts: BatchParts(count: 2, own: own))
    }
    let error = await #expect(throws: FlowError.self) { try await collect(pipeline, options(0.1, 0..<2)) }
    #expect(error?.code == .tooManyFailures)
    #expect(try await collect(pipeline, options(0.2, 0..<2)).count == 20)
    // A process alone does not judge; the positions together do.
    var positions: [(BatchParts, StreamPosition)] = []
    for own in [0..<1, 1..<2] {
      let run = pipeline.run(options(0.1, own))
      for try await _ in run {}
      positions.append((BatchParts(count: 2, own: own), run.position))
    }
    let merged = try StreamPosition(seed: 0).merging(positions)
    #expect(merged.verdict(tolerating: 0.1)?.code == .tooManyFailures)
    #expect(merged.verdict(tolerating: 0.2) == nil && merged.verdict(tolerating: nil) == nil)
    #expect(merged.failures.samples.map(\.sample).sorted() == [1, 2] && merged.step == 20 / 2)
  }

  @Test func positionsThatDoNotBelongTogetherAreNotMerged() async throws {
    func position(step: Int, name: String = "s") -> StreamPosition {
      StreamPosition(seed: 0, step: step, sources: [SourcePosition(name: name, count: 4)])
    }
    let start = StreamPosition(seed: 0)
    func message(_ processes: [(BatchParts, StreamPosition)]) -> String? {
      #expect(throws: FlowError.self) { try start.merging(processes) }?.description
    }
    let (low, high) = (BatchParts(count: 4, own: 0..<2), BatchParts(count: 4, own: 2..<4))
    #expect(message([(low, position(step: 1))]) == "part 2 of 4 is made by no process: 0..<2.")
    #expect(
      message([(low, position(step: 1)), (low, position(step: 1))])
        == "part 2 of 4 is made by no process, or by two: 0..<2, 0..<2.")
    #expect(
      message([(high, position(step: 1)), (low, position(step: 2))])
        == "the process with parts 2..<4 is at step 1, another at 2.")
    #expect(
      message([(low, position(step: 1)), (high, position(step: 1, name: "t"))])
        == "the process with parts 2..<4 has other sources than another one.")
    #expect(message([]) == "part 0 of 0 is made by no process: .")
  }

  @Test func aDamagedPositionIsRefused() async throws {
    let pipeline = Pipeline("p") { Numbers(count: 8).batch(2) }
    for text in [
      #"{"seed":0,"step":-1,"sources":[{"name":"numbers","count":8,"consumed":0}],"failures":{"samples":[],"count":0}}"#,
      #"{"seed":0,"step":1,"sources":[{"name":"numbers","count":8,"consumed":-3}],"failures":{"samples":[],"count":0}}"#,
      #"{"seed":0,"step":1,"sources":[{"name":"numbers","count":8,"consumed":9223372036854775807}],"failures":{"samples":[],"count":0}}"#,
      #"{"seed":0,"step":1,"sources":[{"name":"numbers","count":8,"consumed":2,"ahead":[-1]}],"failures":{"samples":[],"count":0}}"#,
      #"{"seed":0,"step":1,"sources":[{"name":"numbers","count":8,"consumed":2,"unfinished":[{"ordinal":3,"count":1,"delivered":[4]}]}],"failures":{"samples":[],"count":0}}"#,
    ] {
      let start = try JSONDecoder().decode(StreamPosition.self, from: Data(text.utf8))
      let error = await #expect(throws: FlowError.self) {
        try await collect(pipeline, RunOptions(epochs: 1, start: start))
      }
      #expect(error?.description == "numbers: the position to go on from is damaged.")
    }
    var parts = try JSONDecoder().decode(
      StreamPosition.self,
      from: Data(
        #"{"seed":0,"step":1,"sources":[{"name":"numbers","count":8,"consumed":2,"nextOfParts":[2,2]}],"failures":{"samples":[],"count":0}}"#
          .utf8))
    let error = await #expect(throws: FlowError.self) {
      try await collect(pipeline, RunOptions(epochs: 1, start: parts, parts: BatchParts(count: 2)))
    }
    #expect(error?.description == "numbers: the position to go on from is damaged.")
    parts.sources = []
    #expect(try await collect(pipeline, RunOptions(epochs: 1, start: parts, parts: BatchParts(count: 2))).count == 2)
  }

  @Test func positionsOfUndividedRunsAreWrittenAndReadAsBefore() throws {
    let text =
      #"{"failures":{"count":0,"samples":[]},"seed":7,"sources":[{"ahead":[5],"consumed":3,"count":8,"name":"numbers"}],"step":2}"#
    let position = try JSONDecoder().decode(StreamPosition.self, from: Data(text.utf8))
    #expect(position.sources[0].consumed == 3 && position.sources[0].ahead == [5] && position.nextPart == nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(position), as: UTF8.self) == text)
  }
}
