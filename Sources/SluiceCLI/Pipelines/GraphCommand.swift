internal import ArgumentParser
internal import SluiceFlow
internal import SluicePipelines

struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Prints the declared graph of a pipeline: types, workers, buffers, memory, settable fields.",
    discussion: """
      Example:
        sluice graph maskfeat --format mermaid
        sluice graph maskfeat --set decode.workers=4 --settings
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: RunArguments

  @Option(help: "How it is printed.")
  var format: GraphFormat = .text

  @Flag(help: "Prints the settable fields and their values instead, as --set takes them.")
  var settings = false

  func run() throws {
    let prepared = try PreparedRun(try Systems.named(pipeline), try arguments.request())
    if settings {
      for (name, value) in prepared.configuration.choices { Console.print("\(name)=\(value)") }
      for setting in prepared.pipeline.settings { Console.print("\(setting.name)=\(setting.value)") }
    } else {
      Console.print(format.rendering(of: prepared.pipeline.graph(lookingAt: 8)))
    }
  }
}
