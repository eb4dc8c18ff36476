import Foundation
import SluiceFlow
import SluicePipelines
import SluiceTraining
import Testing

/// A run that goes on longer than it was planned.
@Suite struct ResumeLengthTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }

  private func request(_ settings: [String: String], epochs: Int?, steps: Int? = nil) -> RunRequest {
    runs.request("train.txt", epochs: epochs, steps: steps) { $0.settings.merge(settings) { $1 } }
  }

  private func rates(_ name: String) throws -> [Double] {
    try MetricsLog.lines(at: runs.directory(name).metrics).map(\.learningRate)
  }

  /// Every course, with warm-ups that hang on the length and such that do not.
  @Test(arguments: OptimizerRecipe.Course.allCases, ["2 steps", "1", "40%"])
  func moreEpochsAreAChangeExactlyWhereARateHangsOnThem(course: OptimizerRecipe.Course, warmup: String) async throws {
    try runs.data(5)
    var settings = ["recipe.course": course.rawValue]
    if course == .multistep { settings["optimize.milestones"] = "1 2" } else { settings["optimize.warmup"] = warmup }
    try await runs.start(request(settings, epochs: 2), in: "short")
    try await runs.start(request(settings, epochs: 3), in: "long")
    let (short, long) = (try rates("short"), try rates("long"))
    let isSame = Array(long.prefix(short.count)) == short
    if isSame {
      let longer = try await runs.resume({ $0.epochs = 3 }, in: "short")
      #expect(longer.notes.contains { $0.contains("3 epochs now; it was begun with 2 epochs") }, "\(longer.notes)")
      #expect(try rates("short") == long && runs.losses("short") == runs.losses("long"))
    } else {
      let error = await #expect(throws: RunError.self) { try await runs.resume({ $0.epochs = 3 }, in: "short") }
      let next = long[short.count]
      #expect(error?.description.contains("in a run of 2 epochs (\(short.count) steps), ") == true, "\(error as Any)")
      #expect(error?.description.contains("the next step, \(short.count + 1), is ") == true, "\(error as Any)")
      #expect(error?.description.contains("\(next)") == true, "\(next) \(error as Any)")
      #expect(try rates("short") == short)
      var request = RunRequest()
      request.epochs = 3
      #expect(try await runs.resume(request, in: "short", allowsChange: true).outcome.step == long.count)
      #expect(try rates("short").count == long.count)
    }
    // Constant rates and milestones do not hang on the length, cosines do.
    if course == .multistep || course == .constant && warmup != "40%" { #expect(isSame) }
    if ["cosineSteps", "fractionalCosine", "cosineTable"].contains(course.rawValue) { #expect(!isSame) }
  }

  @Test func theSameLengthInOtherWordsIsNoChange() async throws {
    try runs.data()
    try await runs.start(request(["recipe.course": "cosineSteps"], epochs: 2), stopAfter: 1)
    let resumed = try await runs.resume { $0.steps = 4 }
    #expect(resumed.outcome.step == 4)
  }

  @Test func anUpdateOfWhatWasLeftIsAChange() async throws {
    try runs.data(5)
    let settings = ["recipe.course": "constant", "optimize.warmup": "0", "optimize.accumulation": "2"]
    // Five batches of two: two updates of two, and one of what is left.
    try await runs.start(request(settings, epochs: 2))
    #expect(try runs.losses().count == 3)
    let error = await #expect(throws: RunError.self) { try await runs.resume { $0.epochs = 4 } }
    #expect(
      error?.description.contains("step 3 was the last of a run of 2 epochs (3 steps) and made of the 1 batch") == true)
    // Stopped before, it is as if it had been planned so.
    try await runs.start(request(settings, epochs: 4), in: "whole")
    try await runs.start(request(settings, epochs: 2), in: "stopped", stopAfter: 2)
    try await runs.resume({ $0.epochs = 4 }, in: "stopped")
    #expect(try runs.losses("stopped") == runs.losses("whole"))
  }

  @Test func whatIsNoChangeIsAccepted() async throws {
    try runs.data()
    try await runs.start(request([:], epochs: 2), in: "whole")
    try await runs.start(request([:], epochs: 2), stopAfter: 1)
    // Threads, workers, how often checkpoints are written and kept, how much may fail.
    try await runs.resume(
      {
        $0.threads = 2
        $0.keep = 5
        $0.checkpointEvery = .seconds(600)
        $0.maxFailures = 0.5
        $0.settings = ["decode.workers": "3", "augment.buffer": "1"]
      })
    #expect(try runs.losses() == runs.losses("whole"))
  }
}
