internal import ArgumentParser
internal import SluicePipelines
internal import SluiceTraining

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a pipeline; stops cleanly, resumes exactly.",
    discussion: """
      Pipelines: \(Systems.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")).

      Ctrl-C finishes the step, writes a checkpoint and exits with 130; twice ends at once.
      The run's directory holds metrics.jsonl, checkpoints/, failures.csv, configuration.json and report.html, a page with \
      the curves, where the time went, and how to repeat it.

      Example:
        sluice train maskfeat --data train.txt --epochs 60 --set batch.size=2 --out runs/first
        sluice train maskfeat --resume --out runs/first
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: RunArguments

  @OptionGroup
  var lists: ListFormatArguments

  @OptionGroup
  var session: SessionArguments

  @Flag(help: "Takes one step, of one batch, and says what a run would be: parameters, operations, memory.")
  var dryRun = false

  func run() async throws {
    try await TrainCommand.train(
      try Systems.named(pipeline), try arguments.request(listFormat: lists.format), session, isDryRun: dryRun)
  }

  /// Trains `system`, or takes one step of it that leaves nothing behind.
  static func train(
    _ system: any TrainingSystem.Type, _ request: RunRequest, _ session: SessionArguments, isDryRun: Bool
  ) async throws {
    if isDryRun {
      try request.requireDataForOptions()
      return try await DryRun(try PreparedRun(system, request)).report()
    }
    try await session.run(named: system.name, request) { try PreparedRun(system, $0) }
  }
}
