import Foundation
import TestSupport

/// A command that a document, a help text or a message shows.
struct PrintedCommand: Sendable, CustomStringConvertible {
  let text: String
  /// Where it stands.
  let origin: String

  var description: String { "\(origin): \(text)" }

  /// Whether it is to be typed as it stands, with the script in front.
  var isLiteral: Bool { text.hasPrefix("./sluice ") }

  /// The words behind the program's name.
  var words: [String]? {
    shellWords(text.hasPrefix("./") ? text.dropFirst(2) : text[...]).map { Array($0.dropFirst()) }
  }

  /// What is wrong with it as a command line: all of it goes through the parser.
  var complaint: String? {
    guard let words else { return "a quote is not closed" }
    // The script's own command.
    if words.first == "test" { return scriptComplaint(words) }
    return CommandLineParser.complaint(about: words)
  }

  /// What is wrong with it as a mention: the commands and options that it names must exist.
  ///
  /// Words in capitals stand for the reader's own, `a|b` for either, `…` for more.
  var mentionComplaint: String? {
    guard let words else { return "a quote is not closed" }
    if words.first == "test" { return scriptComplaint(words) }
    var commands = [CommandTree.sluice]
    for word in words {
      let names = word.split(separator: "|").map { $0.replacingOccurrences(of: "\\", with: "") }
      guard !word.hasPrefix("-"), commands.contains(where: { !($0.subcommands ?? []).isEmpty }),
        names.allSatisfy({ $0.contains(where: \.isLowercase) })
      else { break }
      let next = names.map { name in commands.compactMap { $0.subcommand(name) }.first }
      guard next.allSatisfy({ $0 != nil }) else { return "there is no command \(word)" }
      commands = next.compactMap { $0 }
    }
    for word in words where word.hasPrefix("--") {
      let option = String(word.prefix { $0 != "=" })
      guard commands.contains(where: { $0.options.contains(option) }) || ["--help", "--version"].contains(option) else {
        return "there is no option \(option)"
      }
    }
    return nil
  }

  /// What is wrong with options of `./sluice test`, which the script behind it takes one by one.
  private func scriptComplaint(_ words: [String]) -> String? {
    let script = Golden.packageRoot.appending(path: "Tests/run")
    guard let text = try? String(contentsOf: script, encoding: .utf8) else { return "there is no Tests/run" }
    let unknown = words.filter { $0.hasPrefix("--") && !text.contains("\n    \($0))") }
    return unknown.isEmpty ? nil : "there is no option \(unknown)"
  }

  /// The commands in code of a Markdown document: in fences line by line, and in spans.
  static func all(inMarkdown file: URL) throws -> [PrintedCommand] {
    let text = try String(contentsOf: file, encoding: .utf8)
    var commands: [PrintedCommand] = []
    var isCode = false
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let origin = "\(file.lastPathComponent):\(number + 1)"
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if isCode {
        let line = line.hasPrefix("$ ") ? line.dropFirst(2) : line
        if line.hasPrefix("./sluice ") { commands.append(PrintedCommand(text: String(line), origin: origin)) }
      } else {
        let spans = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        for (place, span) in spans where place % 2 == 1 && isCommand(span) {
          commands.append(PrintedCommand(text: String(span), origin: origin))
        }
      }
    }
    return commands
  }

  /// The examples of a help text: lines that begin with the program, or with the word "Example".
  static func all(inHelp text: String, of path: [String]) -> [PrintedCommand] {
    text.split(separator: "\n").compactMap { line in
      var line = line.drop { $0 == " " }
      if line.hasPrefix("Example: ") { line = line.dropFirst("Example: ".count) }
      guard line.hasPrefix("sluice ") else { return nil }
      return PrintedCommand(text: String(line), origin: "sluice \(path.joined(separator: " ")) --help")
    }
  }

  /// Commands in code spans of comments and messages of the program's own sources, interpolated parts as `X`.
  static func all(inSource file: URL, name: String) throws -> [PrintedCommand] {
    let text = try String(contentsOf: file, encoding: .utf8)
    var commands: [PrintedCommand] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let plain = line.replacing(/\\\([^()]*(\([^()]*\))*[^()]*\)/, with: "X")
      for (place, span) in plain.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      where place % 2 == 1 && isCommand(span) {
        commands.append(PrintedCommand(text: String(span), origin: "\(name):\(number + 1)"))
      }
    }
    return commands
  }

  private static func isCommand(_ text: Substring) -> Bool {
    text.hasPrefix("sluice ") || text.hasPrefix("./sluice ")
  }

  /// The commands of a report's page.
  static func all(in page: HTMLPage, of path: String) -> [PrintedCommand] {
    page.all("pre").filter { $0.text.contains("sluice ") }.map { PrintedCommand(text: $0.text, origin: path) }
  }
}
