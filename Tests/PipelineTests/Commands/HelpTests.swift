import Foundation
import TestSupport
import Testing

/// The help of every command beside the stored text in `Help`, so that a change of it is seen.
///
/// `SLUICE_REWRITE_HELP=1 swift test -c release --filter HelpTests` stores the texts anew.
@Suite struct HelpTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Help")
  private static let rewrites = ProcessInfo.processInfo.environment["SLUICE_REWRITE_HELP"] == "1"

  private static func name(_ path: [String]) -> String { (["sluice"] + path).joined(separator: "-") + ".txt" }

  @Test func helpIsWhatIsStored() throws {
    let texts = Dictionary(
      uniqueKeysWithValues: CommandTree.sluice.all.map { (Self.name($0.path), CommandLineParser.help($0.path) + "\n") })
    #expect(texts.count > 25)
    let manager = FileManager.default
    if Self.rewrites {
      try? manager.removeItem(at: Self.folder)
      try manager.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      for (name, text) in texts {
        try text.write(to: Self.folder.appending(path: name), atomically: true, encoding: .utf8)
      }
    }
    let stored = try manager.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(stored) == Set(texts.keys), "store the new ones with SLUICE_REWRITE_HELP=1")
    for name in stored.sorted() {
      let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      #expect(text == texts[name], "\(name): store the new text with SLUICE_REWRITE_HELP=1 if it is meant")
    }
  }

  /// Where two options have one name, the parser takes the first and says nothing.
  @Test func noCommandHasAnOptionTwice() {
    for (path, command) in CommandTree.sluice.all {
      let options = (command.arguments ?? []).flatMap(\.options)
      #expect(options.count == Set(options).count, "\(path): \(options.sorted())")
    }
  }

  @Test func everyCommandArgumentAndOptionIsExplained() {
    for (path, command) in CommandTree.sluice.all {
      let help = CommandLineParser.help(path)
      #expect(help.contains("OVERVIEW: "), "\(path)")
      for argument in command.arguments ?? [] {
        #expect(!(argument.abstract ?? "").isEmpty, "\(path): \(argument.options) has no help")
        for option in argument.options { #expect(help.contains(option), "\(path) \(option)") }
      }
    }
  }
}
