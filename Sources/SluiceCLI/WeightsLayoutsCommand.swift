internal import ArgumentParser
internal import SluiceCheckpoints
internal import SluiceModels
internal import SluicePlatform

/// `sluice weights layouts`: the layouts by name.
struct WeightsLayoutsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layouts",
    abstract: "Lists the layouts of published weights that are known by name, for --map.",
    discussion: """
      MODEL/LAYOUT gives names and values as that model has them; plain names only rename. --from finds the layout itself.

      Example: sluice weights layouts
      """)

  @Flag(help: "Prints JSON.")
  var json = false

  func run() throws {
    if json {
      let layouts = KeyMap.all.map { JSONValue.object(["name": .string($0.name), "summary": .string($0.summary)]) }
      Console.print(try JSONValue.array(layouts).json(pretty: true))
    } else {
      var table = TextTable { _ in true }
      for map in KeyMap.all { table.add([map.name, map.summary]) }
      for line in table.lines { Console.print(line) }
    }
  }
}
