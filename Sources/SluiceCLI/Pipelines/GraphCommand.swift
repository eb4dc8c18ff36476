internal import ArgumentParser
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTraining

struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Prints the declared graph of a pipeline: types, workers, buffers, memory, settable fields.",
    discussion: """
      Example:
        sluice graph maskfeat --format mermaid
        sluice graph maskfeat --set decode.workers=4 --settings
        sluice graph timesformer --settings --format yaml
        sluice graph bevt --set model.preset=base --dry-run
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: RunArguments

  @OptionGroup
  var output: GraphArguments

  func run() throws { try output.print(Systems.named(pipeline), arguments) }
}

/// How a graph, or the settings of a system, are printed.
struct GraphArguments: ParsableArguments {
  @Option(help: "How it is printed: text, mermaid, dot or json; settings also as yaml, which --config reads.")
  var format: GraphFormat = .text

  @Flag(help: "Prints the settable fields and their values instead, as --set takes them.")
  var settings = false

  @Flag(help: "Prints too how many parameters there are; nothing is read or trained.")
  var dryRun = false

  @Option(
    help: ArgumentHelp("How lists of --data are written, where their content does not tell.", valueName: "name"))
  var listFormat: String?

  mutating func validate() throws {
    try ListFormatArguments.check(listFormat, option: "--list-format")
    if settings, ![.text, .yaml, .json].contains(format) {
      throw ValidationError("--settings --format \(format.rawValue): text, yaml or json is wanted.")
    }
    if dryRun, settings || format != .text {
      throw ValidationError("--dry-run goes with the graph as text. Leave --settings and --format out.")
    }
    if !settings, format == .yaml { throw ValidationError("--format yaml goes with --settings.") }
  }

  /// Prints the graph or the settings of `system`.
  func print(_ system: any TrainingSystem.Type, _ arguments: RunArguments) throws {
    let request = try arguments.request(for: system, listFormat: listFormat)
    try request.requireDataForOptions()
    let prepared = try PreparedRun(system, request)
    guard settings else {
      printText(format.rendering(of: prepared.pipeline.graph(lookingAt: 8)))
      if dryRun { ParameterLines(of: prepared).print() }
      return
    }
    switch format {
    case .yaml: printText(SettingsFile.text(of: prepared.fileSettings))
    case .json: Console.print(try SettingsFile.json(of: prepared.settings.map { ($0.name, $0.value) }))
    case .text, .mermaid, .dot: for setting in prepared.settings { Console.print("\(setting.name)=\(setting.value)") }
    }
  }

  /// Prints whole lines, the last of which may have its end already.
  private func printText(_ text: String) { Console.print(text.last == "\n" ? String(text.dropLast()) : text) }
}
