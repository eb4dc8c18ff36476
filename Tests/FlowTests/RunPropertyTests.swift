import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

/// Counts the tokens that live now and the most that ever did.
final class Census: Sendable {
  private let counts = Lock((living: 0, most: 0))

  func born() {
    counts.withLock {
      $0.living += 1
      $0.most = max($0.most, $0.living)
    }
  }

  func died() { counts.withLock { $0.living -= 1 } }

  var living: Int { counts.withLock { $0.living } }
  var most: Int { counts.withLock { $0.most } }
}

/// An element whose life is counted.
final class Token: Sendable {
  let number: Int
  private let census: Census

  init(_ number: Int, _ census: Census) {
    self.number = number
    self.census = census
    census.born()
  }

  deinit { census.died() }
}

struct Tokens: Source {
  let count: Int
  let census: Census
  var broken: Set<Int> = []

  func element(at index: Int, context: ElementContext) throws -> Token {
    if broken.contains(index) { throw Refused(what: "token \(index)") }
    return Token(index, census)
  }
}

struct Pass: Stage {
  var refused: Set<Int> = []

  func callAsFunction(_ input: Token, context: ElementContext) throws -> Token {
    if refused.contains(input.number) { throw Refused(what: "token \(input.number)") }
    return input
  }
}

struct PassSlowly: Transform {
  func makeWorker() -> Int { 0 }

  func callAsFunction(_ input: Token, worker: inout Int, context: ElementContext) -> Token {
    // Uneven work, so that workers overtake each other.
    for _ in 0..<((input.number * 7919) % 13 * 50) { worker &+= 1 }
    return input
  }
}

struct Shape: Sendable, CustomTestStringConvertible {
  var workers = 1
  var buffer = 2
  var window = 1
  var arity = 0
  var testDescription: String { "workers \(workers) buffer \(buffer) window \(window) arity \(arity)" }

  static let all: [Shape] = [1, 2, 4].flatMap { workers in
    [1, 2, 5].flatMap { buffer in
      [1, 2, 4].flatMap { window in
        (0...3).filter { $0 > 0 || window == 1 }.map {
          Shape(workers: workers, buffer: buffer, window: window, arity: $0)
        }
      }
    }
  }

  /// Source, two stages with workers, and a fork of this arity between them.
  func pipeline(
    count: Int, census: Census, broken: Set<Int> = [], refused: Set<Int> = [], stops: Bool = false
  )
    -> Pipeline<Token>
  {
    let branch = PassSlowly().workers(workers).buffer(buffer)
    let refusing = Pass(refused: refused).workers(workers).onFailure(stops ? .stop : .drop).buffer(buffer)
    return Pipeline("shape") {
      Segment { Tokens(count: count, census: census, broken: broken) }.buffer(buffer)
      PassSlowly().workers(workers).buffer(buffer)
      if arity == 1 {
        Fork {
          branch
        } join: {
          $1.number == $0.number ? $0 : Token(-1, census)
        }.window(window)
      } else if arity == 2 {
        Fork {
          branch
          PassSlowly()
        } join: {
          $1.number == $0.number && $2.number == $0.number ? $0 : Token(-1, census)
        }.window(window)
      } else if arity == 3 {
        Fork {
          PassSlowly()
          branch
          Segment {
            PassSlowly()
            branch
          }
        } join: {
          $1.number == $0.number && $3.number == $0.number ? $2 : Token(-1, census)
        }.window(window)
      }
      refusing
    }
  }
}

@Suite(.hanging) struct RunPropertyTests {
  @Test(arguments: Shape.all) func eachElementOnceInOrderAndBounded(shape: Shape) async throws {
    let count = 24
    for broken in [[], [0], [11], [23], [0, 1, 2, 22, 23]] as [Set<Int>] {
      let census = Census()
      let pipeline = shape.pipeline(
        count: count, census: census, broken: broken, refused: broken.isEmpty ? [] : [5])
      var numbers: [Int] = []
      for try await token in pipeline.run(RunOptions(maxFailures: nil)) { numbers.append(token.number) }
      let lost = broken.union(broken.isEmpty ? [] : [5])
      #expect(numbers == (0..<count).filter { !lost.contains($0) })
      #expect(census.living == 0)
      let bound = pipeline.graph.nodes.reduce(1) { $0 + $1.heldOutputs + $1.workers }
      #expect(census.most <= bound)
    }
  }

  @Test(arguments: Shape.all.filter { $0.window != 2 }) func leavingTheLoopAtAnyPointStopsEverything(
    shape: Shape
  )
    async throws
  {
    for stop in [0, 1, 5, 12] {
      let census = Census()
      let pipeline = shape.pipeline(count: 12, census: census)
      try await pipeline.run { run in
        var seen = 0
        if stop == 0 { return }
        for try await token in run {
          #expect(token.number == seen)
          seen += 1
          if seen == stop { break }
        }
      }
      #expect(census.living == 0)
    }
  }

  @Test(arguments: Shape.all.filter { $0.window != 2 }) func theFirstErrorStopsEverythingAndIsThrown(
    shape: Shape
  )
    async throws
  {
    for bad in [0, 1, 6, 11] {
      let census = Census()
      let pipeline = shape.pipeline(count: 12, census: census, refused: [bad], stops: true)
      var numbers: [Int] = []
      let error = await #expect(throws: FlowError.self) {
        for try await token in pipeline.run() { numbers.append(token.number) }
      }
      #expect(error?.code == .stageFailed)
      #expect(error?.stage == "pass")
      #expect(error?.identity == "sample \(bad)")
      #expect(numbers == Array(0..<numbers.count) && numbers.count <= bad)
      #expect(census.living == 0)
    }
  }

  @Test(arguments: Shape.all.filter { $0.window == 1 }) func cancellingTheConsumerStopsEverything(
    shape: Shape
  )
    async throws
  {
    for stop in [0, 1, 7] {
      let census = Census()
      let pipeline = shape.pipeline(count: 1000, census: census)
      let reached = Gate()
      let consumer = Task {
        var seen = 0
        for try await _ in pipeline.run(RunOptions(epochs: 1000)) {
          seen += 1
          if seen == stop { reached.open() }
        }
      }
      if stop > 0 { await reached.wait() }
      consumer.cancel()
      await #expect(throws: CancellationError.self) { try await consumer.value }
      #expect(census.living == 0)
    }
  }

  @Test func resumingAtAnyOutputWithOtherWorkersAndBuffersGivesTheSame() async throws {
    struct Options {
      let workers: Int
      let buffer: Int
    }
    func pipeline(_ options: Options) -> Pipeline<[[Int]]> {
      Pipeline("resume") {
        Numbers(count: 11, broken: [4]).shuffled(seed: 1).workers(options.workers)
        Add(amount: 0, refused: [7]).workers(options.workers).buffer(options.buffer)
        Draw().workers(options.workers).batch(3).buffer(options.buffer)
      }
    }
    let options = RunOptions(seed: 3, epochs: 3, maxFailures: 0.5)
    var all: [Delivery<[[Int]]>] = []
    for try await delivery in pipeline(Options(workers: 1, buffer: 1)).run(options).deliveries { all.append(delivery) }
    #expect(all.count == 9)
    for index in all.indices {
      for other in [Options(workers: 3, buffer: 1), Options(workers: 2, buffer: 7)] {
        var again = options
        again.start = all[index].position
        var rest: [Delivery<[[Int]]>] = []
        for try await delivery in pipeline(other).run(again).deliveries { rest.append(delivery) }
        #expect(rest.map(\.output) == all[(index + 1)...].map(\.output))
        #expect(rest.map(\.position) == all[(index + 1)...].map(\.position))
        #expect(rest.map(\.completesEpoch) == all[(index + 1)...].map(\.completesEpoch))
      }
    }
  }
}

/// Something tasks wait for until it is opened.
final class Gate: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self) }

  func open() { continuation.finish() }

  func wait() async { for await _ in stream {} }
}
