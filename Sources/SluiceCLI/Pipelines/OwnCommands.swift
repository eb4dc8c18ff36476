internal import ArgumentParser
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTraining

/// The options of a run that every pipeline has.
struct OwnArguments: ParsableArguments {
  @OptionGroup
  var length: LengthArguments

  @OptionGroup
  var settings: SettingArguments

  /// The program's pipeline with the settings made.
  func pipeline<Program: PipelineCommand>(of program: Program.Type) throws -> Pipeline<Program.Output> {
    var pipeline = try Program().pipeline
    for (name, value) in try settings.assignments.sorted(by: { $0.key < $1.key }) {
      try pipeline.set(name, to: value)
    }
    return pipeline
  }
}

struct OwnTrain<Program: PipelineCommand>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "train", abstract: "Runs the pipeline and prints its outputs.")
  }

  @OptionGroup
  var own: OwnArguments

  func run() async throws {
    let pipeline = try own.pipeline(of: Program.self)
    let options = own.length.options()
    for remark in try pipeline.remarks(on: options) { Console.note("note: \(remark)") }
    let run = pipeline.run(options)
    defer { Console.note(run.position.failures) }
    for try await output in run { Console.print("\(output)") }
  }
}

struct OwnGraph<Program: PipelineCommand>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "graph", abstract: "Prints the declared graph.")
  }

  @OptionGroup
  var settings: SettingArguments

  @Option(help: "How it is printed.")
  var format: GraphFormat = .text

  func run() throws {
    var pipeline = try Program().pipeline
    for (name, value) in try settings.assignments { try pipeline.set(name, to: value) }
    Console.print(format.rendering(of: pipeline.graph(lookingAt: 8)))
  }
}

struct OwnProfile<Program: PipelineCommand>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "profile", abstract: "Runs the pipeline and says where the time goes and what to change.")
  }

  @OptionGroup
  var own: OwnArguments

  @OptionGroup
  var output: ProfileArguments

  func run() async throws {
    try await ProfileRun(
      try own.pipeline(of: Program.self), options: own.length.options(), precision: own.length.precision ?? .float32
    ).report(output)
  }
}
