internal import ArgumentParser
internal import SluicePipelines
internal import SluicePlatform
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
        sluice train bike --config experiment.yaml --clip ViT-B-32.pt
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

  @Flag(
    help: ArgumentHelp(
      "Trains both branches of bike, each in a folder of --out: video/, then attributes/; and says what both together reach."
    ))
  var coTrain = false

  @Option(
    help: ArgumentHelp(
      "Phrases, one on each line, that --co-train makes attributes of where no file of them is there.",
      valueName: "file"))
  var lexicon: String?

  func validate() throws {
    if coTrain, pipeline != BIKETraining.name {
      throw ValidationError("--co-train goes with bike, which has two branches; \(pipeline) has one.")
    }
    if coTrain, dryRun { throw ValidationError("--dry-run goes with one branch. Leave --co-train out.") }
    if lexicon != nil, !coTrain {
      throw ValidationError("--lexicon goes with --co-train, or with 'sluice attributes'.")
    }
  }

  func run() async throws {
    let system = try Systems.named(pipeline)
    let request = try arguments.request(for: system, listFormat: lists.format)
    guard coTrain else { return try await TrainCommand.train(system, request, session, isDryRun: dryRun) }
    try await CoTrainingSession(session, lexicon: lexicon).run(request)
  }

  /// Trains `system`, or takes one step of it that leaves nothing behind.
  static func train(
    _ system: any TrainingSystem.Type, _ request: RunRequest, _ session: SessionArguments, isDryRun: Bool
  ) async throws {
    for note in request.experiment.notes { Console.note("note: \(note)") }
    if request.experiment.isEvaluation { return try await PlannedEvaluation(system, request).report() }
    if isDryRun {
      try request.requireDataForOptions()
      return try await DryRun(try PreparedRun(system, request)).report()
    }
    try await session.run(named: system.name, request) { try PreparedRun(system, $0) }
  }
}
