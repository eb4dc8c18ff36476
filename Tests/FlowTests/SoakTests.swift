import SluiceFlow
import TestSupport
import Testing

/// A run that goes on for long, in a suite of its own: the shortest time limit of all around a test holds.
@Suite struct SoakTests {
  @Test(.hanging) func aLongRunKeepsItsMemory() async throws {
    let count = isLongTier ? 10_000_000 : 100_000
    let pipeline = Pipeline("soak") {
      Numbers(count: 1000, broken: [17]).shuffled()
      Double2().workers(2)
      Draw().batch(4)
    }
    let run = pipeline.run(RunOptions(epochs: count / 1000))
    var batches = 0
    var early = 0
    for try await _ in run {
      batches += 1
      if batches == count / 40 { early = residentPages() }
    }
    #expect(batches >= (count - count / 1000) / 4)
    #expect(run.position.failures.count == count / 1000)
    // Other tests of the process take memory meanwhile, so that only a long run can tell: sixteen bytes kept of each of
    // ten million elements are more than this. A sanitizer keeps what was freed for a while.
    #expect(residentPages() < early + 32_768 || !isLongTier || isSanitized)
    print("soak: \(count) elements, \(early) pages early, \(residentPages()) at the end")
  }
}

func residentPages() -> Int {
  let fields = contents(of: "/proc/self/statm").split(separator: " ")
  return fields.count > 1 ? Int(fields[1]) ?? 0 : 0
}
