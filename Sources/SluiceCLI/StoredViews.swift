internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform

/// Goes through stored views, one after the other, with a line about how far it is, to their end or until a signal stops it.
/// - Parameters:
///   - title: what is under way.
///   - total: how many views there are.
///   - done: how many of them were done before.
///   - take: what is done with a view; gives how many are done then.
func goThrough<Content>(
  _ title: String, _ pipeline: Pipeline<Viewed<Content>>, threads: Int, total: Int, done: Int = 0,
  _ take: (Viewed<Content>) throws -> Int
) async throws {
  var progress = ProgressLine(title, total: total, done: done)
  let run = pipeline.run(RunOptions(maxFailures: 0, budget: ThreadBudget(data: threads)))
  let signals = StopSignals { run.stop() }
  defer { signals.end() }
  for try await view in run { progress.update(done: try take(view), unit: "views") }
  progress.finish()
}
