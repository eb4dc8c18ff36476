import SluiceFlow
import SluicePlatform
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
      #expect(delivery.output.map { $0.slot?.numbers } == (0..<size).map { [number, $0, size] })
      #expect(Set(delivery.output.compactMap { $0.slot.map { ObjectIdentifier($0.room) } }).count == 1)
      number += 1
      if number == 2 { position = delivery.position }
    }
    // A run that goes on counts its own batches.
    var again = options
    again.start = position
    var iterator = pipeline.run(again).makeAsyncIterator()
    #expect(try await iterator.next()?.map { $0.slot?.numbers } == (0..<size).map { [0, $0, size] })
  }

  @Test func aFailureMovesItsOwnBatchOnly() async throws {
    let pipeline = Pipeline("late") {
      Numbers(count: 8)
      TakeSlot(refused: [1])
        .batch(2)
    }
    let outputs = try await collect(pipeline, RunOptions(maxFailures: nil))
    #expect(outputs.map { $0.map(\.value) } == [[0, 2], [3, 4], [5, 6], [7]])
    #expect(
      outputs.joined().map { $0.slot?.numbers } == [
        [0, 0, 2], nil, [1, 0, 2], [1, 1, 2], [2, 0, 2], [2, 1, 2], [3, 0, 2],
      ])
  }

  /// Whatever fails where: no slot is given twice, and batches behind are again made of their own slots.
  @Test(arguments: [1, 3], [2, 5]) func slotsAreGivenOnceAndComeBackIntoLine(workers: Int, size: Int) async throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = KeyedRandom(seed: seed, epoch: 0, sample: 0, stage: "failures")
      let early = Set((0..<6).map { _ in random.integer(in: 0...99) })
      let late = Set((0..<6).map { _ in random.integer(in: 0...99) })
      let pipeline = Pipeline("failures") {
        Numbers(count: 200)
        TakeSlot(refused: early).workers(workers)
        RefuseSlotted(refused: late).workers(workers)
          .batch(size)
      }
      let outputs = try await collect(pipeline, RunOptions(maxFailures: nil))
      let slots = outputs.joined().compactMap { $0.slot?.numbers }
      #expect(Set(slots).count == slots.count)
      // From 100 on nothing fails any more.
      let settled = outputs.filter { $0.allSatisfy { $0.value > 110 + size + 2 * workers } && $0.count == size }
      #expect(settled.count > 60 / size)
      for batch in settled {
        #expect(batch.map { $0.slot?.index } == Array(0..<size))
        #expect(Set(batch.compactMap { $0.slot.map { ObjectIdentifier($0.room) } }).count == 1)
      }
    }
  }

  private struct RefuseSlotted: Stage {
    let refused: Set<Int>

    func callAsFunction(_ input: Slotted, context: ElementContext) throws -> Slotted {
      if refused.contains(input.value) { throw Refused(what: "\(input.value)") }
      return input
    }
  }

  @Test func whatIsSharedIsMadeOnce() async throws {
    struct Share: Stage {
      func callAsFunction(_ input: Int, context: ElementContext) -> ObjectIdentifier? {
        context.batchSlot?.room.content { Log() }.map { ObjectIdentifier($0) }
      }
    }
    let pipeline = Pipeline("shared") {
      Numbers(count: 24)
      Share().workers(4)
        .batch(6)
    }
    for batch in try await collect(pipeline, RunOptions(epochs: 1)) {
      #expect(Set(batch).count == 1 && batch[0] != nil)
    }
    let room = BatchRoom()
    #expect(room.content { 1 } == 1 && room.content { 2 } == 1 && room.content { "text" } == nil)
  }

  /// The state machine by itself: asked in any order within a few workers, it gives each slot once.
  @Test func numbersAskedOutOfOrderGetSlotsOfTheirOwn() {
    for seed in 0..<50 as Range<UInt64> {
      var random = KeyedRandom(seed: seed, epoch: 0, sample: 1, stage: "order")
      var numbers = SlotNumbers(size: random.integer(in: 1...4))
      var waiting = Array(0..<8)
      var (next, slots) = (8, Set<Int>())
      var (skipped, lost) = (0, 0)
      while next < 400 {
        let number = waiting.remove(at: random.integer(in: 0...waiting.count - 1))
        if let slot = numbers.slot(of: number) { #expect(slots.insert(slot).inserted) } else { skipped += 1 }
        waiting.append(next)
        next += 1
        if next < 200, random.integer(in: 0...9) == 0 {
          numbers.lose(1)
          lost += 1
        }
      }
      for number in waiting where numbers.slot(of: number) == nil { skipped += 1 }
      #expect(skipped == lost)
    }
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

extension BatchSlot {
  /// Batch, index and size.
  fileprivate var numbers: [Int] { [batch, index, size] }
}
