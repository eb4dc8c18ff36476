import Foundation
import TestSupport
import Testing

/// Another package declares its own pipeline in its own file and has the whole command line for it.
@Suite struct UserPackageTests {
  private static let folder = Toolchain.root.appending(path: "Examples/Squares")

  @Test func theProgramTypeChecks() throws {
    let outcome = try Toolchain.typecheck([Self.folder.appending(path: "Sources/Squares/Squares.swift")])
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  // Builds all of Sluice once more, as a stranger's package does.
  @Test(.enabled(if: isLongTier), .hanging)
  func thePackageBuildsAndRuns() throws {
    let scratch = Toolchain.root.appending(path: ".build/user-package").path
    let build = try Toolchain.run(
      ["swift", "build", "-c", "release", "--scratch-path", scratch], in: Self.folder)
    try #require(build.status == 0, "\(build.output.suffix(4000))")
    let program = "\(scratch)/release/Squares"
    let run = try Toolchain.run([program, "train", "--set", "power.exponent=3"])
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("[0, 1, 8, 27, 64]"), "\(run.output)")
    let graph = try Toolchain.run([program, "graph"])
    #expect(graph.output.contains("power") && graph.output.contains("Int → Int"), "\(graph.output)")
    let wrong = try Toolchain.run([program, "train", "--set", "powr.exponent=3"])
    #expect(wrong.status == 1)
    #expect(wrong.output.contains("Did you mean power?"), "\(wrong.output)")
  }
}
