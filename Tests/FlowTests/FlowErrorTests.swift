import SluiceFlow
import Testing

/// What a run ends with says what was found and what to do.
@Suite struct FlowErrorTests {
  private func sentence(_ pipeline: Pipeline<Int>, _ options: RunOptions = RunOptions()) async -> String {
    do { _ = try await collect(pipeline, options) } catch { return "\(error)" }
    return "nothing was thrown"
  }

  private func numbers(_ count: Int, broken: Set<Int> = []) -> Pipeline<Int> {
    Pipeline("p") { Numbers(count: count, broken: broken) }
  }

  @Test func runsWithoutEnoughSamplesSayHowManyFailed() async {
    #expect(
      await sentence(numbers(10, broken: [1, 9]), RunOptions(maxFailures: 0.1))
        == "2 of 10 samples failed (20.0 %), 10.0 % are tolerated. The first: n1: number 1 refused (numbers) Repair the list, "
        + "or tolerate more (--max-failures).")
    #expect(
      await sentence(numbers(2, broken: [0, 1]), RunOptions(epochs: 2)).hasPrefix(
        "none of the 2 samples could be used. The first: n0: number 0 refused"))
    #expect(
      await sentence(Pipeline("p") { Numbers(count: 2).repeated() })
        == "numbers: repeated, so the run would never end. Say how many epochs or steps.")
  }

  @Test func positionsOfOtherPipelinesAreRefused() async throws {
    let run = numbers(3).run()
    for try await _ in run {}
    let start = run.position
    #expect(
      await sentence(numbers(4), RunOptions(epochs: 2, start: start))
        == "numbers: the list has 4 samples, the position to go on from belongs to one of 3. Go on with the same list.")
    #expect(
      await sentence(Pipeline("p") { Numbers(count: 3).named("others") }, RunOptions(epochs: 2, start: start))
        == "others: the position to go on from has the sources numbers. Go on with the same pipeline.")
    let damaged = StreamPosition(seed: 0, step: -1, sources: start.sources)
    #expect(
      await sentence(numbers(3), RunOptions(epochs: 2, start: damaged))
        == "numbers: the position to go on from is damaged.")
  }

  @Test func aWaitThatIsOverSaysThatNothingIsLost() async throws {
    let gate = Gate()
    let driver = try Pipeline("held") {
      Numbers(count: 1)
      Held(gates: [gate])
    }.driver()
    try await onThread { () throws in
      let error = #expect(throws: FlowError.self) { try driver.next(within: .milliseconds(1)) }
      #expect(error?.description == "nothing came within 0.001 seconds. Ask again: what is under way is not lost.")
      gate.open()
      driver.close()
    }
  }

  @Test func aNumberOrAWordForNoneIsWanted() {
    let setting = Setting<Limited>("limit", \.limit, in: 1...9, none: "all")
    var limited = Limited()
    let refusals = [
      ("12", "12 is outside 1...9, and not all"), ("few", "“few” is no whole number in 1...9, and not all"),
    ]
    for (text, sentence) in refusals {
      let error = #expect(throws: SettingError.self) { try setting.write(&limited, text) }
      #expect(error?.description == sentence)
    }
  }

  private struct Limited: Configurable {
    var limit: Int? = 3
  }
}
