import SluiceFlow
import SluicePlatform
import TestSupport
import Testing

/// The bound that `sluice graph` prints, measured on elements that live.
@Suite(.hanging) struct HeldElementsTests {
  private let small = Census()
  private let large = Census()
  private let isOpen = Lock(false)

  private var pipeline: Pipeline<Int> {
    Pipeline("held") {
      SmallTokens(census: small)
      Enlarge(census: large, isOpen: isOpen).workers(3).buffer(4).batch(2)
      Step { CountTokens() }
    }
  }

  private func bytes(_ name: String) throws -> Int {
    try #require(pipeline.graph.nodes.first { $0.name == name }?.bytes)
  }

  @Test func noMoreLivesThanTheGraphSaysAndAsMuchDoes() async throws {
    let smallBound = try bytes("smallTokens") + (bytes("enlarge") % Enlarge.byteCount)
    let largeBound = try (bytes("enlarge") + bytes("batch") + bytes("step")) / Enlarge.byteCount
    let run = pipeline.run(RunOptions(epochs: 20))
    let consumer = Task {
      var batches = 0
      for try await count in run {
        #expect(count == 2)
        batches += 1
        if batches == 1 {
          // Nobody takes more, so that everything fills up.
          while large.living < largeBound / 2 { await Task.yield() }
        }
      }
      return batches
    }
    // All workers hold what they cannot work on: the source runs full.
    while small.living < smallBound / SmallTokens.byteCount { await Task.yield() }
    isOpen.withLock { $0 = true }
    #expect(try await consumer.value == 20 * 40 / 2)
    #expect(small.most * SmallTokens.byteCount == smallBound)
    #expect(large.most <= largeBound && large.most > largeBound / 2, "\(large.most) of \(largeBound)")
    #expect(small.living == 0 && large.living == 0)
  }
}

private struct SmallTokens: Source, ByteBounded {
  static let byteCount = 8
  let count = 40
  let census: Census

  func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: Self.byteCount) }

  func element(at index: Int, context: ElementContext) -> Token { Token(index, census) }
}

/// Makes a token of another kind, once it may.
private struct Enlarge: Stage, ByteBounded {
  static let byteCount = 1000
  let census: Census
  let isOpen: Lock<Bool>

  func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: Self.byteCount) }

  func callAsFunction(_ input: Token, context: ElementContext) async -> Token {
    while !isOpen.withLock({ $0 }) { await Task.yield() }
    return Token(input.number, census)
  }
}

private struct CountTokens: Stage {
  func callAsFunction(_ input: [Token], context: ElementContext) -> Int { input.count }
}
