import Foundation
import SluiceFlow
import Testing

@Suite struct TraceTests {
  private struct Event: Decodable {
    struct Arguments: Decodable { let name: String }
    let name: String
    let ph: String
    let cat: String?
    let ts: Double?
    let dur: Double?
    let tid: Int
    let args: Arguments?
  }

  private struct Trace: Decodable { let traceEvents: [Event] }

  private func trace(_ recorder: TraceRecorder, workers: Int = 1) async throws -> [Event] {
    let pipeline = Pipeline("traced") {
      Numbers(count: 30)
      Double2().workers(workers)
        .batch(3)
    }
    for try await _ in pipeline.run(RunOptions(trace: recorder)) {}
    return try JSONDecoder().decode(Trace.self, from: Data(recorder.json.utf8)).traceEvents
  }

  @Test func everyElementOfEveryNodeIsOnTheLineOfItsWorker() async throws {
    let events = try await trace(TraceRecorder(), workers: 2)
    let names = events.filter { $0.ph == "M" }.compactMap { $0.args?.name }
    #expect(names == ["numbers", "double2 1", "double2 2", "batch"])
    func elements(_ tracks: Set<Int>) -> [String] {
      events.filter { $0.cat == "element" && tracks.contains($0.tid) }.map(\.name)
    }
    #expect(elements([0]) == (0..<30).map { "n\($0)" })
    #expect(elements([1, 2]).sorted() == (0..<30).map { "n\($0)" }.sorted())
    #expect(elements([3]).count == 10)
  }

  @Test func aWorkersEntriesFollowEachOther() async throws {
    let events = try await trace(TraceRecorder(), workers: 3)
    for track in 0..<5 {
      let mine = events.filter { $0.tid == track && $0.ph == "X" }
      for (one, next) in zip(mine, mine.dropFirst()) {
        #expect((one.ts ?? 0) + (one.dur ?? 0) <= (next.ts ?? 0) + 0.002)
      }
    }
  }

  @Test func whatFindsNoRoomIsCounted() async throws {
    let recorder = TraceRecorder(capacity: 4)
    let events = try await trace(recorder)
    #expect(events.filter { $0.ph == "X" }.count == 12)
    #expect(recorder.droppedCount >= 26 + 26 + 6)
  }
}
