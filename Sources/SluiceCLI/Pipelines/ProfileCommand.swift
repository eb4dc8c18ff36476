internal import ArgumentParser
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTraining

struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Runs a pipeline for some steps and says where the time goes and what to change.",
    discussion: """
      Nothing is written. Shares are of the time a stage's workers had: busy, starved (waiting for input), blocked \
      (waiting for room).

      Example:
        sluice profile maskfeat --data train.txt --steps 20 --ops
        sluice profile maskfeat --data train.txt --trace trace.json
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: RunArguments

  @OptionGroup
  var lists: ListFormatArguments

  @OptionGroup
  var output: ProfileArguments

  func run() async throws {
    let system = try Systems.named(pipeline)
    try await ProfileCommand.profile(
      system, try arguments.request(for: system, listFormat: lists.format), output)
  }

  /// Runs some steps of `system` and prints what each node did.
  static func profile(
    _ system: any TrainingSystem.Type, _ request: RunRequest, _ output: ProfileArguments
  ) async throws {
    var request = request
    if request.steps == nil && request.epochs == nil { request.steps = 20 }
    for note in request.experiment.notes { Console.note("note: \(note)") }
    let prepared = try PreparedRun(system, request)
    try prepared.requireData()
    try prepared.requireMemory()
    try prepared.initialize()
    try await ProfileRun(prepared.pipeline, options: prepared.options, precision: prepared.precision).report(output)
  }
}
