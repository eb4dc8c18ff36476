import SluiceFlow
import Testing

/// An element with the slot its stage was told.
struct Slotted: Sendable {
  let value: Int
  let slot: BatchSlot?
}

struct TakeSlot: Stage {
  var refused: Set<Int> = []

  func callAsFunction(_ input: Int, context: ElementContext) throws -> Slotted {
    if refused.contains(input) { throw Refused(what: "\(input)") }
    return Slotted(value: input, slot: context.batchSlot)
  }
}

@Suite struct BatchSlotTests {
  @Test(arguments: [1, 2, 4], [1, 3, 4]) func aSlotIsWhereTheElementStands(workers: Int, size: Int) async throws {
    let pipeline = Pipeline("slots") {
      Numbers(count: 11, broken: [0, 5, 6]).shuffled().workers(workers)
      Add(amount: 0, refused: [2]).workers(workers)
      TakeSlot().workers(workers)
        .map { $0 }
        .batch(size)
    }
    let options = RunOptions(epochs: 3, maxFailures: nil)
    var position: StreamPosition?
    var number = 0
    for try await delivery in pipeline.run(options).deliveries {
      #expect(
        delivery.output.map(\.slot) == (0..<size).map { BatchSlot(batch: number, index: $0, size: size) })
      number += 1
      if number == 2 { position = delivery.position }
    }
    // A run that goes on counts its own batches.
    var again = options
    again.start = position
    var iterator = pipeline.run(again).makeAsyncIterator()
    #expect(try await iterator.next()?.map(\.slot) == (0..<size).map { BatchSlot(batch: 0, index: $0, size: size) })
  }

  @Test func aFailureBehindOnlyMakesTheGuessWrong() async throws {
    let pipeline = Pipeline("late") {
      Numbers(count: 8)
      TakeSlot(refused: [1])
        .batch(2)
    }
    let outputs = try await collect(pipeline, RunOptions(maxFailures: nil))
    #expect(outputs.map { $0.map(\.value) } == [[0, 2], [3, 4], [5, 6], [7]])
    #expect(outputs.joined().map { $0.slot?.index } == [0, 0, 1, 0, 1, 0, 1])
    #expect(Set(outputs.joined().compactMap(\.slot)).count == 7)
  }

  @Test func onlyStagesMayBeBetween() async throws {
    func slots(_ pipeline: Pipeline<[Slotted]>) async throws -> [Int?] {
      try await collect(pipeline, RunOptions(epochs: 1)).flatMap { $0.map { $0.slot?.index } }
    }
    let behindExpansion = Pipeline("expansion") {
      Numbers(count: 2).repeating(2)
      TakeSlot().batch(2)
    }
    #expect(try await slots(behindExpansion) == [0, 1, 0, 1])
    let beforeExpansion = Pipeline("expansion") {
      Numbers(count: 2)
      TakeSlot().repeating(2).batch(2)
    }
    #expect(try await slots(beforeExpansion) == [nil, nil, nil, nil])
    let beforeFork = Pipeline("fork") {
      Numbers(count: 4)
      TakeSlot()
      Fork {
        Tag()
      } join: {
        $1.slot == nil ? $0 : $1
      }
      .batch(2)
    }
    #expect(try await slots(beforeFork) == [nil, nil, nil, nil])
    let behindZip = Pipeline("zip") {
      Zip(Numbers(count: 4), Numbers(count: 4)) { $0 + $1 }
      TakeSlot().batch(2)
    }
    #expect(try await slots(behindZip) == [0, 1, 0, 1])
    let inStream = Pipeline("stream") {
      Zip(
        Segment {
          Numbers(count: 4)
          TakeSlot().batch(2)
        }, Numbers(count: 2)
      ) { slotted, _ in slotted }
    }
    #expect(try await slots(inStream) == [0, 1, 0, 1])
    let unbatched = Pipeline("none") {
      Numbers(count: 2)
      TakeSlot()
    }
    #expect(try await collect(unbatched).allSatisfy { $0.slot == nil })
  }
}

/// Passes an element on as it is.
struct Tag: Stage {
  func callAsFunction(_ input: Slotted, context: ElementContext) -> Slotted {
    Slotted(value: input.value, slot: context.batchSlot)
  }
}
