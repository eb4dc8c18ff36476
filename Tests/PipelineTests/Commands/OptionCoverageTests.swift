import Foundation
import TestSupport
import Testing

/// Every option of every command is given in a test.
///
/// An option counts as tested where a file of tests names it and the command. Those that are not yet stand in
/// `untested-options.txt`, which may only become shorter; `SLUICE_REWRITE_LISTS=1` stores what is left.
@Suite struct OptionCoverageTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private static let list = folder.appending(path: "untested-options.txt")

  /// The words in string literals of each file of tests but those of this folder, which name all options.
  private static func wordsOfTests() throws -> [Set<String>] {
    let tests = Golden.packageRoot.appending(path: "Tests")
    return try FileManager.default.subpathsOfDirectory(atPath: tests.path)
      .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("PipelineTests/Commands/") }
      .map { name in
        let text = try String(contentsOf: tests.appending(path: name), encoding: .utf8)
        let literals = text.matches(of: /"([^"\n]*)"/).map(\.output.1)
        return Set(literals.flatMap { $0.split { $0 == " " || $0 == "=" } }.map(String.init))
      }
  }

  @Test func everyOptionIsGivenInATest() throws {
    let files = try Self.wordsOfTests()
    var untested: [String] = []
    for (path, command) in CommandTree.sluice.all {
      for option in command.options
      where !files.contains(where: { $0.isSuperset(of: path) && $0.contains(option) }) {
        untested.append((path + [option]).joined(separator: " "))
      }
    }
    if ProcessInfo.processInfo.environment["SLUICE_REWRITE_LISTS"] == "1" {
      try untested.sorted().map { $0 + "\n" }.joined().write(to: Self.list, atomically: true, encoding: .utf8)
    }
    let listed = Set(
      try String(contentsOf: Self.list, encoding: .utf8).split(separator: "\n").map(String.init))
    #expect(Set(untested).subtracting(listed) == [], "options without a test")
    #expect(listed.subtracting(untested) == [], "these have a test, or are gone: take them off the list")
  }
}
