import ArgumentParser
import Foundation
import SluiceCLI

/// All commands with their options, as the parser itself lists them.
struct CommandTree: Decodable, Sendable {
  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable {
      let kind: String
      let name: String
    }

    let kind: String
    let names: [Name]?
    let abstract: String?

    /// `--data`; empty for what has no name.
    var options: [String] { (names ?? []).filter { $0.kind == "long" }.map { "--" + $0.name } }
  }

  let commandName: String
  let subcommands: [CommandTree]?
  let arguments: [Argument]?

  private struct Tool: Decodable { let command: CommandTree }

  /// The tree of `sluice`.
  static let sluice: CommandTree = {
    do {
      return try JSONDecoder().decode(Tool.self, from: Data(SluiceCommand._dumpHelp().utf8)).command
    } catch {
      preconditionFailure("the parser's list of its commands cannot be read: \(error)")
    }
  }()

  /// Its long options, those of the parser itself left out.
  var options: Set<String> {
    Set((arguments ?? []).flatMap(\.options)).subtracting(["--help", "--version"])
  }

  func subcommand(_ name: some StringProtocol) -> CommandTree? {
    subcommands?.first { $0.commandName == name && name != "help" }
  }

  /// The root and all commands below, each with the words that lead to it.
  var all: [(path: [String], command: CommandTree)] {
    [([], self)]
      + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { child in
        child.all.map { ([child.commandName] + $0.path, $0.command) }
      }
  }
}

/// Has the real parser read a command line, without running it.
enum CommandLineParser {
  /// What is wrong with the words behind `sluice`; `nil` if they are a command.
  static func complaint(about words: [String]) -> String? {
    do {
      _ = try SluiceCommand.parseAsRoot(words)
      return nil
    } catch {
      return SluiceCommand.exitCode(for: error) == .success ? nil : SluiceCommand.message(for: error)
    }
  }

  /// The help of the command that these words lead to.
  static func help(_ path: [String]) -> String {
    do {
      // Help is a command too: what it would print is its error.
      var command = try SluiceCommand.parseAsRoot(path + ["--help"])
      try command.run()
      return ""
    } catch {
      return SluiceCommand.fullMessage(for: error, columns: 100)
    }
  }
}

/// The words of a line as a POSIX shell takes them apart, up to a comment.
///
/// - Returns: `nil` if a quote is not closed.
func shellWords(_ line: some StringProtocol) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  var rest = line[...]
  while let character = rest.popFirst() {
    switch (quote, character) {
    case (.some(let open), _) where character == open: quote = nil
    case (.some("\""), "\\") where rest.first.map { "\"\\$`".contains($0) } ?? false:
      word = (word ?? "") + String(rest.removeFirst())
    case (.some, _): word = (word ?? "") + String(character)
    case (nil, "'"), (nil, "\""):
      quote = character
      word = word ?? ""
    case (nil, "\\"): if let next = rest.popFirst() { word = (word ?? "") + String(next) }
    case (nil, "#") where word == nil: rest = rest[rest.endIndex...]
    case (nil, _) where character.isWhitespace:
      if let done = word { words.append(done) }
      word = nil
    case (nil, _): word = (word ?? "") + String(character)
    }
  }
  if quote != nil { return nil }
  return words + (word.map { [$0] } ?? [])
}
