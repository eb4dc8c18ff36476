import Foundation
import SluiceFlow
import SluicePlatform
import Testing

/// A sample that succeeds after it had failed counts no longer.
@Suite struct RepairTests {
  private struct Unready: Error, CustomStringConvertible {
    let description = "not ready"
  }

  /// Samples of which some cannot be read in some epochs.
  private struct Flaky: Source {
    let count: Int
    let failing: @Sendable (_ index: Int, _ epoch: Int) -> Bool

    func element(at index: Int, context: ElementContext) throws -> Int {
      if failing(index, context.epoch) { throw Unready() }
      return index
    }
  }

  private func pipeline(_ failing: @escaping @Sendable (Int, Int) -> Bool) -> Pipeline<Int> {
    Pipeline("flaky") { Flaky(count: 10, failing: failing) }
  }

  /// Runs to the end or the error; gives the position behind the last output.
  private func run(
    _ pipeline: Pipeline<Int>, _ options: RunOptions
  ) async throws -> (position: StreamPosition?, error: (any Error)?) {
    var position: StreamPosition?
    let run = pipeline.run(options)
    do {
      for try await delivery in run.deliveries { position = delivery.position }
      return (run.position, nil)
    } catch {
      return (position, error)
    }
  }

  @Test func onlyTheLastTurnOfASampleCounts() async throws {
    let (position, error) = try await run(
      pipeline { index, epoch in index == 3 && epoch % 2 == 0 || index == 7 && epoch == 1 },
      RunOptions(epochs: 4, maxFailures: 0.1))
    #expect(error == nil)
    let failures = try #require(position).failures
    #expect(failures.samples.map(\.sample) == [3, 7] && failures.count == 3 && failures.outstanding.isEmpty)
  }

  @Test func aSampleThatFailsAgainCountsAgain() async throws {
    let (position, _) = try await run(
      pipeline { index, epoch in index == 3 && epoch != 1 }, RunOptions(epochs: 3, maxFailures: 0.1))
    let failures = try #require(position).failures
    #expect(failures.samples.count == 1 && failures.count == 2 && failures.outstanding.map(\.sample) == [3])
  }

  @Test func aRunThatEndedByItsFailuresGoesOnWhenTheyAreRepaired() async throws {
    let broken = try await run(
      pipeline { index, _ in index == 3 || index == 4 }, RunOptions(epochs: 3, maxFailures: 0.1))
    #expect((broken.error as? FlowError)?.code == .tooManyFailures)
    var options = RunOptions(epochs: 3, maxFailures: 0.1)
    options.start = broken.position
    let repaired = try await run(pipeline { index, _ in index == 4 }, options)
    #expect(repaired.error == nil)
    let failures = try #require(repaired.position).failures
    #expect(failures.samples.count == 2 && failures.outstanding.map(\.sample) == [4])
    // Not repaired, it ends at the end of the next epoch.
    let again = try await run(pipeline { index, _ in index == 3 || index == 4 }, options)
    #expect((again.error as? FlowError)?.code == .tooManyFailures)
    #expect(try #require(again.position).sources[0].epoch <= 2)
  }

  @Test func aResumedRunJudgesAsOneThatNeverStopped() async throws {
    let pipeline = pipeline { index, epoch in index == 3 && epoch != 1 || index == 7 && epoch == 2 }
    let options = RunOptions(epochs: 5, maxFailures: 0.1)
    let whole = try await run(pipeline, options)
    #expect((whole.error as? FlowError)?.code == .tooManyFailures)
    var positions: [StreamPosition] = []
    do { for try await delivery in pipeline.run(options).deliveries { positions.append(delivery.position) } } catch {}
    // At the end of an epoch that had too many, a run goes on: for a list that was repaired meanwhile.
    for start in positions where start != whole.position {
      var resumed = options
      let stored = try JSONDecoder().decode(StreamPosition.self, from: JSONEncoder().encode(start))
      #expect(stored == start)
      resumed.start = stored
      let rest = try await run(pipeline, resumed)
      #expect("\(rest.error as Any)" == "\(whole.error as Any)")
      #expect(rest.position == nil || rest.position == whole.position)
    }
  }

  @Test func logsThatDoNotKnowOfRepairsAreRead() throws {
    let text =
      #"{"count": 2, "samples": [{"source": "s", "sample": 1, "identity": "a", "epoch": 0, "stage": "x", "reason": "r"}]}"#
    let log = try JSONDecoder().decode(FailureLog.self, from: Data(text.utf8))
    #expect(log.count == 2 && log.outstanding.map(\.sample) == [1])
    #expect(!String(decoding: try JSONEncoder().encode(log), as: UTF8.self).contains("repaired"))
  }
}
