internal import ArgumentParser
internal import SluicePipelines

struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Runs a pipeline for some steps and says where the time goes and what to change.",
    discussion: """
      Nothing is written. Shares are of the time a stage's workers had: busy, starved (waiting for input), blocked \
      (waiting for room).

      Example:
        sluice profile maskfeat --data train.txt --steps 20 --ops
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: RunArguments

  @Flag(help: "Also shows the operations inside the step.")
  var ops = false

  @Flag(help: "Prints JSON.")
  var json = false

  func run() async throws {
    var request = try arguments.request()
    if request.steps == nil && request.epochs == nil { request.steps = 20 }
    let prepared = try PreparedRun(try Systems.named(pipeline), request)
    try prepared.requireData()
    prepared.initialize()
    try await ProfileRun(prepared.pipeline, options: prepared.options).report(operations: ops, asJSON: json)
  }
}
