import Foundation
import Testing

/// The code in the README and the guides compiles as it stands there.
@Suite struct GuideTests {
  /// A document's code blocks, put together as a reader would.
  struct Program: CustomTestStringConvertible, Sendable {
    let document: String
    let number: Int
    var code: String

    var testDescription: String { "\(document), program \(number)" }
  }

  /// The programs of a document: a block that begins with an import begins one, the blocks behind belong to it.
  static func programs(in file: URL) throws -> [Program] {
    let text = try String(contentsOf: file, encoding: .utf8)
    var programs: [Program] = []
    for block in text.components(separatedBy: "```swift\n").dropFirst() {
      let code = try #require(block.components(separatedBy: "\n```").first)
      let isNew = code.hasPrefix("import ")
      if isNew || programs.isEmpty {
        let header = isNew ? "" : "import Sluice\n"
        programs.append(Program(document: file.lastPathComponent, number: programs.count + 1, code: header + code))
      } else {
        programs[programs.count - 1].code += "\n\n" + code
      }
    }
    return programs
  }

  private static let guides = Toolchain.root.appending(path: "Sources/Sluice/Sluice.docc")

  static var documents: [URL] {
    get throws {
      try FileManager.default.contentsOfDirectory(at: guides, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path } + [
          Toolchain.root.appending(path: "README.md")
        ]
    }
  }

  @Test(arguments: try documents.flatMap { try programs(in: $0) }) func theCodeCompilesWithoutWarnings(
    program: Program
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Statements at the top level are a program's only in a file of this name.
    let file = folder.appending(path: "main.swift")
    try program.code.write(to: file, atomically: true, encoding: .utf8)
    let outcome = try Toolchain.typecheck([file], isLibrary: program.code.contains("@main"))
    #expect(outcome.status == 0 && !outcome.output.contains("warning:"), "\(outcome.output)")
  }

  @Test func everyTaskHasAGuideWithCode() throws {
    let named = try Self.documents.filter { try !Self.programs(in: $0).isEmpty }.map(\.lastPathComponent)
    #expect(
      Set(named) == [
        "FirstPipeline.md", "OwnStage.md", "OwnObjective.md", "OwnModel.md", "UsingShards.md", "VideoAndText.md",
        "VideoAndClassNames.md", "Resuming.md", "Profiling.md", "README.md",
      ])
    let contents = try String(contentsOf: Self.guides.appending(path: "Sluice.md"), encoding: .utf8)
    for name in named where name != "README.md" {
      #expect(contents.contains("<doc:\(name.dropLast(3))>"), "\(name) is not in the table of contents")
    }
  }
}
