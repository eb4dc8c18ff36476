import SluiceFlow
import Testing

/// Stages that make one output of several elements fail where they keep nothing.
@Suite struct GatheringErrorTests {
  /// Keeps nothing of its elements.
  private struct Forgetful: Gathering {
    let gatheredCount: Int

    func add(_ input: Int, to gathered: inout [Int]?, context: ElementContext) {}

    func output(of gathered: [Int], context: ElementContext) -> Int { gathered.count }
  }

  private func sentence(_ pipeline: Pipeline<Int>) async -> String {
    do { _ = try await collect(pipeline) } catch { return "\(error)" }
    return "nothing was thrown"
  }

  @Test func whatKeepsNothingIsSaid() async {
    let inStep = await sentence(
      Pipeline("p") {
        Numbers(count: 2)
        Step { Forgetful(gatheredCount: 2) }
      })
    #expect(inStep.contains("forgetful: nothing was gathered"), "\(inStep)")
    let alone = await sentence(
      Pipeline("p") {
        Numbers(count: 2)
        Forgetful(gatheredCount: 1)
      })
    #expect(alone.contains("forgetful: nothing was gathered of an element"), "\(alone)")
  }
}
