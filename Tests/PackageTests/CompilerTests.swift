import Foundation
import Testing

/// A mis-wired pipeline does not compile, and the message says where and what.
@Suite struct CompilerTests {
  private static let stages = Toolchain.root.appending(path: "Tests/PackageTests/MustCompile/Stages.swift")

  @Test(arguments: try Toolchain.files(in: "MustNotCompile")) func theErrorStandsOnTheLineAndNamesTheTypes(
    file: URL
  ) throws {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let marker = "// wrong: "
    let number = try #require(lines.firstIndex { $0.contains(marker) }) + 1
    let types = try #require(lines[number - 1].components(separatedBy: marker).last).components(separatedBy: ", ")
    let outcome = try Toolchain.typecheck([Self.stages, file])
    #expect(outcome.status != 0)
    let errors = outcome.output.split(separator: "\n").filter {
      $0.contains("\(file.lastPathComponent):\(number):") && $0.contains("error:")
    }
    let message = errors.joined(separator: "\n")
    for type in types { #expect(message.contains(type), "\(outcome.output)") }
  }

  @Test func fifteenStagesTypeCheckInAboutASecond() throws {
    let outcome = try Toolchain.typecheck(Toolchain.files(in: "MustCompile"))
    #expect(outcome.status == 0, "\(outcome.output)")
    // Of a processor: what else the machine does is not the compiler's.
    print("fifteen stages: \(outcome.processorSeconds) s")
    #expect((0.05..<4).contains(outcome.processorSeconds))
  }
}
