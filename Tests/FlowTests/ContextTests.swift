import SluiceFlow
import Testing

/// Gives what the context says of how many samples are inside.
struct Counted<Input: Sendable>: Stage {
  func callAsFunction(_ input: Input, context: ElementContext) -> Int { context.sampleCount }
}

/// Draws some numbers from the sample's generator.
struct Draws: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> [Int] {
    var random = context.random()
    return (0..<3).map { _ in random.integer(in: 0...1_000_000) }
  }
}

@Suite struct ContextTests {
  @Test func aContextCountsTheSamplesInside() async throws {
    let single = Pipeline("single") {
      Numbers(count: 1)
      Counted<Int>()
    }
    #expect(try await collect(single) == [1])
    let batched = Pipeline("batched") {
      Numbers(count: 5).batch(3)
      Counted<[Int]>()
    }
    #expect(try await collect(batched) == [3, 2])
    let pairs = Pipeline("pairs") {
      Zip(Numbers(count: 4).batch(2), Numbers(count: 4))
        .batch(2)
      Step { Counted<[([Int], Int)]>() }
    }
    #expect(try await collect(pairs) == [6])
  }

  @Test func stagesThatDrawUnderOneNameDrawAlike() async throws {
    func pipeline(_ workers: Int) -> Pipeline<[[Int]]> {
      Pipeline("alike") {
        Numbers(count: 20).shuffled()
        Fork {
          Draws().workers(workers)
          Draws().named("second").random(as: "draws").workers(workers)
          Draws().named("third")
        } join: { (_: Int, a: [Int], b: [Int], c: [Int]) in
          [a, b, c]
        }
      }
    }
    let one = try await collect(pipeline(1), RunOptions(seed: 3, epochs: 2))
    #expect(try await collect(pipeline(3), RunOptions(seed: 3, epochs: 2)) == one)
    #expect(one.count == 40 && Set(one.map { $0[0] }).count == 40)
    for drawn in one { #expect(drawn[0] == drawn[1] && drawn[0] != drawn[2]) }
  }

  @Test func theSecondStageOfATypeCanDrawAsTheFirst() async throws {
    func pipeline(_ second: Node<Int, [Int]>) -> Pipeline<[[Int]]> {
      Pipeline("types") {
        Numbers(count: 5)
        Fork {
          Draws()
          second
        } join: { (_: Int, a: [Int], b: [Int]) in
          [a, b]
        }
      }
    }
    // The second one is called draws2.
    for drawn in try await collect(pipeline(Draws().workers(2))) { #expect(drawn[0] != drawn[1]) }
    for drawn in try await collect(pipeline(Draws().random(as: "draws"))) { #expect(drawn[0] == drawn[1]) }
  }

  @Test func aNameThatNoStageHasIsANameToo() async throws {
    let shared = Pipeline("shared") {
      Numbers(count: 5)
      Draws().random(as: "crop")
    }
    let named = Pipeline("named") {
      Numbers(count: 5)
      Draws().named("crop")
    }
    #expect(try await collect(shared) == (try await collect(named)))
  }
}
