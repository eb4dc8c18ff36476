import Foundation
import TestSupport
import Testing

/// Commands that documents, help texts and messages show are commands.
@Suite struct PrintedCommandTests {
  private static let guides = Golden.packageRoot.appending(path: "Sources/Sluice/Sluice.docc")

  private static func documents() throws -> [URL] {
    let folders = [Golden.packageRoot, guides, Golden.packageRoot.appending(path: "shards")]
    return try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "md" }
    }
  }

  @Test func commandsOfDocumentsAreReadByTheParser() throws {
    let commands = try Self.documents().flatMap(PrintedCommand.all(inMarkdown:))
    #expect(commands.filter(\.isLiteral).count > 20 && commands.count > 60)
    for command in commands {
      // A bare mention such as `./sluice shards info` names a command; with more words it is one.
      let isBare = command.words.map { words in CommandTree.sluice.all.contains { $0.path == words } } ?? false
      let complaint = command.isLiteral && !isBare ? command.complaint : command.mentionComplaint
      #expect(complaint == nil, "\(command)")
    }
  }

  @Test func everyCommandHasAnExampleThatTheParserReads() {
    for (path, command) in CommandTree.sluice.all where (command.subcommands ?? []).isEmpty {
      let examples = PrintedCommand.all(inHelp: CommandLineParser.help(path), of: path)
      #expect(!examples.isEmpty, "\(path) has no example")
      #expect(examples.contains { $0.words?.starts(with: path) ?? false }, "\(path) has no example of itself")
      for example in examples {
        let complaint = example.complaint
        #expect(complaint == nil, "\(example)")
      }
    }
  }

  @Test func commandsInMessagesAndCommentsExist() throws {
    var count = 0
    for folder in ["Sources", "stages", "pipelines", "shards"] {
      let url = Golden.packageRoot.appending(path: folder)
      for name in try FileManager.default.subpathsOfDirectory(atPath: url.path) where name.hasSuffix(".swift") {
        for command in try PrintedCommand.all(inSource: url.appending(path: name), name: "\(folder)/\(name)") {
          let complaint = command.mentionComplaint
          #expect(complaint == nil, "\(command)")
          count += 1
        }
      }
    }
    #expect(count > 20)
  }

  /// Pipelines, stages and fields in printed commands are those of today: `graph` resolves them all, without data.
  @Test func pipelinesAndSettingsOfPrintedCommandsExist() throws {
    var commands = try Self.documents().flatMap(PrintedCommand.all(inMarkdown:)).filter(\.isLiteral)
    for (path, _) in CommandTree.sluice.all {
      commands += PrintedCommand.all(inHelp: CommandLineParser.help(path), of: path)
    }
    var graphs: [[String]: PrintedCommand] = [:]
    for command in commands {
      guard let words = command.words, words.count > 1, ["train", "graph", "profile"].contains(words[0]) else {
        continue
      }
      let given = zip(words, words.dropFirst()).filter { ["--set", "--target", "--pixels"].contains($0.0) }
      graphs[["graph", words[1]] + given.flatMap { [$0.0, $0.1] }] = command
    }
    #expect(graphs.count > 8)
    for (words, command) in graphs {
      let run = try SluiceProgram.run(words)
      #expect(run.status == 0, "\(command): \(run.errors)")
    }
  }

  @Test func theTableOfCommandsInTheReadmeIsWhole() throws {
    let file = Golden.packageRoot.appending(path: "README.md")
    let mentioned = try PrintedCommand.all(inMarkdown: file).compactMap { $0.words?.first }
    for command in CommandTree.sluice.subcommands ?? [] where command.commandName != "help" {
      #expect(mentioned.contains(command.commandName), "README.md says nothing of sluice \(command.commandName)")
    }
  }

  @Test func linesAreTakenApartAsAShellDoes() {
    #expect(shellWords("a  'b c' \"d\\\"e\" f\\ g # h") == ["a", "b c", "d\"e", "f g"])
    #expect(shellWords("a#b ''") == ["a#b", ""])
    #expect(shellWords("'a") == nil)
  }

  @Test(arguments: [
    ("./sluice eval --from runs/a --data val.txt", false), ("sluice shards infos DIR", true),
    ("sluice train maskfeat --epoch 3", true), ("sluice shards info|lst DIR", true), ("./sluice train", false),
  ])
  func wrongCommandsAreFound(text: String, isMention: Bool) {
    let command = PrintedCommand(text: text, origin: "test")
    #expect((isMention ? command.mentionComplaint : command.complaint) != nil)
  }

  /// The commands of the README's table one after the other in an empty folder, as a newcomer types them, on a fifth of the
  /// videos and images.
  @Test(.enabled(if: isLongTier), .hanging) func theReadmesTableRuns() throws {
    let text = try String(contentsOf: Golden.packageRoot.appending(path: "README.md"), encoding: .utf8)
    let table = try #require(text.components(separatedBy: "| what | command |").dropFirst().first)
    let rows = table.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().prefix { $0.hasPrefix("|") }
    let commands = rows.flatMap { row in
      row.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 && $0.element.hasPrefix("./sluice ") }.map { String($0.element) }
    }
    #expect(commands.count > 10)
    try withTemporaryFolder { folder in
      for command in commands {
        var words = try #require(PrintedCommand(text: command, origin: "README.md").words)
        if words[0] == "synth" { words = words.map { word in Int(word).map { String($0 / 5) } ?? word } }
        let run = try SluiceProgram.run(words, in: folder)
        try #require(run.status == 0, "\(command): \(run.errors.suffix(2000))")
      }
    }
  }
}
