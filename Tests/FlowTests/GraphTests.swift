import SluiceFlow
import Testing

struct Sized: Stage, ByteBounded {
  func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: input.bytes.map { 125 * $0 }) }

  func callAsFunction(_ input: Int, context: ElementContext) -> [UInt8] { [] }
}

struct Count: Stage {
  func callAsFunction(_ input: [[UInt8]], context: ElementContext) -> Int { input.count }
}

struct SizedNumbers: Source, ByteBounded {
  let count = 10
  func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: 8) }

  func element(at index: Int, context: ElementContext) -> Int { index }
}

@Suite struct GraphTests {
  private let training = Pipeline("training") {
    SizedNumbers().shuffled()
    Sized().workers(3).buffer(4).batch(2)
    Step { Count().named("forward") }
  }

  private let forked = Pipeline("forked") {
    Numbers(count: 4)
    Fork {
      Double2()
      Add().workers(2)
    } join: {
      Three(element: $0, double: $1, eleven: $2)
    }
  }

  @Test func textListsNodesTypesAndTheBound() {
    #expect(
      training.graph.text == """
        training
          sizedNumbers  → Int                buffer 2, 24 bytes
          sized         Int → [UInt8]        workers 3, buffer 4, 7.0 kB
          batch         [UInt8] → [[UInt8]]  size 2, buffer 2, 9.0 kB
          step          [[UInt8]] → Int      one element inside, 2.0 kB
            forward     [[UInt8]] → Int      buffer 2
        In flight: at most 18 kB, and 3 elements of unknown size at forward.

        """)
  }

  @Test func edgesFollowTheElements() {
    let edges = forked.graph.edges.map { "\($0.from) \($0.to) \($0.capacity)" }
    #expect(
      edges == [
        "numbers fork 2", "fork double2 1", "fork add 1", "double2 fork.join 2", "add fork.join 2", "fork fork.join 5",
      ])
  }

  @Test func namesAreUniqueAndFollowTheTypes() {
    let pipeline = Pipeline("names") {
      Numbers(count: 1)
      Double2()
      Double2().named("twice")
      Double2()
        .map { $0 + 1 }
    }
    #expect(pipeline.graph.nodes.map(\.name) == ["numbers", "double2", "twice", "double22", "map"])
  }
}
