import SluiceFlow
import Testing

/// A pipeline of each form, whose outputs say all that is in them.
enum PartPipeline: String, CaseIterable, Sendable {
  case single, batched, zipped, forked, expanded, stepped, twice

  static let (count, secondCount) = (11, 7)
  static let broken: Set<Int> = [4]

  /// Samples of the first source in one output, times and by which number.
  var ratio: (samples: Int, outputs: Int) {
    switch self {
    case .single: (1, 1)
    case .batched, .forked, .stepped: (2, 1)
    case .zipped: (3, 1)
    case .expanded: (3, 2)
    case .twice: (4, 1)
    }
  }

  func pipeline(workers: Int = 1, buffer: Int = 2) -> Pipeline<String> {
    let numbers = Numbers(count: Self.count, broken: Self.broken).shuffled(seed: 1).workers(workers)
    let add = Add(amount: 0, refused: [7]).workers(workers).buffer(buffer)
    let draw = Draw().workers(workers).buffer(buffer)
    switch self {
    case .single:
      return Pipeline("single") {
        numbers
        add
        draw.map { "\($0)" }
      }
    case .batched:
      return Pipeline("batched") {
        numbers
        add
        draw.batch(2).map { "\($0)" }
      }
    case .zipped:
      return Pipeline("zipped") {
        Zip(
          Segment {
            numbers
            add
            draw
          }.batch(3),
          Segment { Numbers(count: Self.secondCount, broken: [0]).shuffled(seed: 2).repeated().workers(workers) }.batch(
            2)
        ) { "\($0) | \($1)" }
      }
    case .forked:
      return Pipeline("forked") {
        numbers
        Fork {
          draw
          add
        } join: { (number: Int, drawn: [Int], same: Int) in
          if number == 9 { throw Refused(what: "join of \(number)") }
          return "\(drawn) \(same)"
        }
        .batch(2).map { "\($0)" }
      }
    case .expanded:
      return Pipeline("expanded") {
        numbers
        Views(count: 2).workers(workers)
        See(refused: [301]).workers(workers).buffer(buffer)
          .batch(3).map { $0.map { "\($0.value) \($0.drawn)" }.joined(separator: ", ") }
      }
    case .stepped:
      return Pipeline("stepped") {
        numbers
        add
        draw.batch(2)
        Step { Stated() }
      }
    case .twice:
      return Pipeline("twice") {
        numbers
        draw.batch(2).map { "\($0)" }.batch(2).map { "\($0)" }
      }
    }
  }
}

/// Gives what a step's context says.
struct Stated: Stage {
  func callAsFunction(_ input: [[Int]], context: ElementContext) -> String {
    "\(input) step \(context.step ?? -1) part \(context.part) \(context.epochProgress) \(context.length)"
  }
}

/// One output of a run in parts.
struct PartOutput: Equatable, Sendable {
  let step: Int
  let part: Int
  let epoch: Int
  let output: String
}

/// What one process delivers, with the position behind each output.
struct PartProcess: Sendable {
  let parts: BatchParts
  var outputs: [PartOutput] = []
  var positions: [StreamPosition] = []

  init(_ pipeline: Pipeline<String>, _ options: RunOptions) async throws {
    parts = options.parts
    for try await delivery in pipeline.run(options).deliveries {
      // Behind the last part the position is at the next step.
      let isLast = delivery.position.nextPart == nil
      outputs.append(
        PartOutput(
          step: delivery.position.step - (isLast ? 1 : 0), part: delivery.part, epoch: delivery.epoch,
          output: delivery.output))
      positions.append(delivery.position)
      #expect(
        delivery.completesEpoch
          == (isLast && delivery.epoch < pipeline.extent(of: options).epoch(at: delivery.position)))
    }
  }

  /// Runs all processes of a number, one after the other.
  static func all(
    _ count: Int, parts: Int, _ options: RunOptions, _ pipeline: Pipeline<String>
  ) async throws -> [PartProcess] {
    var processes: [PartProcess] = []
    for rank in 0..<count {
      var own = options
      own.parts = BatchParts(count: parts, rank: rank, of: count)
      processes.append(try await PartProcess(pipeline, own))
    }
    return processes
  }

  /// The outputs of all processes in the order of steps and parts.
  static func union(_ processes: [PartProcess]) -> [PartOutput] {
    processes.flatMap(\.outputs).sorted { ($0.step, $0.part) < ($1.step, $1.part) }
  }

  /// The position behind each step.
  var atSteps: [StreamPosition] { positions.filter { $0.nextPart == nil } }

  /// What the processes know together, behind each step.
  static func merged(_ processes: [PartProcess], from start: StreamPosition) throws -> [StreamPosition] {
    try (0..<(processes.map(\.atSteps.count).min() ?? 0)).map { step in
      try start.merging(processes.map { ($0.parts, $0.atSteps[step]) })
    }
  }
}

extension StreamPosition {
  /// The same for any order in which failures were met.
  var withSortedFailures: [String] {
    ["\(step) \(String(describing: nextPart)) \(sources) \(failures.count)"]
      + failures.samples.map { "\($0.source) \($0)" }.sorted()
  }
}
