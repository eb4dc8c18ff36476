import Foundation
import Glibc
import TestSupport
import Testing

/// Other packages declare their own pipelines and systems in their own files and have the whole command line for them.
@Suite(.serialized) struct UserPackageTests {
  private static let examples = ["Squares", "TwoStreams"]

  private static func source(of example: String) -> URL {
    Toolchain.root.appending(path: "Examples/\(example)/Sources/\(example)/\(example).swift")
  }

  @Test(arguments: examples) func theProgramTypeChecks(example: String) throws {
    let outcome = try Toolchain.typecheck([Self.source(of: example)])
    #expect(outcome.status == 0 && !outcome.output.contains("warning:"), "\(outcome.output)")
  }

  @Test func aSystemOfTwoStreamsTakesNoMoreThanAScreenOrTwo() throws {
    let text = try String(contentsOf: Self.source(of: "TwoStreams"), encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
  }

  /// Builds an example as `swift run` does for a stranger, with all of Sluice; what both need is built once.
  /// - Returns: the program's path.
  private func build(_ example: String) throws -> String {
    let scratch = Toolchain.root.appending(path: ".build/user-package").path
    let build = try Toolchain.run(
      ["swift", "build", "--scratch-path", scratch],
      in: Toolchain.root.appending(path: "Examples/\(example)"))
    try #require(build.status == 0, "\(build.output.suffix(4000))")
    return "\(scratch)/debug/\(example)"
  }

  @Test(.enabled(if: isLongTier), .hanging)
  func aPipelineOfAnotherPackageRuns() throws {
    let program = try build("Squares")
    let run = try Toolchain.run([program, "train", "--set", "power.exponent=3"])
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("[0, 1, 8, 27, 64]"), "\(run.output)")
    let graph = try Toolchain.run([program, "graph"])
    #expect(graph.output.contains("power") && graph.output.contains("Int → Int"), "\(graph.output)")
    let wrong = try Toolchain.run([program, "train", "--set", "powr.exponent=3"])
    #expect(wrong.status == 1)
    #expect(wrong.output.contains("Did you mean power?"), "\(wrong.output)")
  }

  /// Steps and losses of a run.
  private func log(_ run: String) throws -> [(step: Int, loss: Double)] {
    struct Line: Decodable {
      let step: Int
      let loss: Double
    }
    return try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
      let line = try JSONDecoder().decode(Line.self, from: Data($0.utf8))
      return (line.step, line.loss)
    }
  }

  /// Runs a program and kills it once so many lines are in a file; again where it was quicker than that.
  private func kill(
    _ program: String, _ arguments: [String], in folder: URL, afterLines count: Int, of file: String
  ) throws {
    for _ in 0..<20 {
      let process = Process()
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      let log = folder.appending(path: file)
      while process.isRunning, (try? Data(contentsOf: log).count { $0 == 10 }) ?? 0 < count { usleep(500) }
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { return }
      try FileManager.default.removeItem(at: log.deletingLastPathComponent())
    }
    Issue.record("\(program) was never killed")
  }

  @Test(.enabled(if: isLongTier), .hanging)
  func aSystemOfAnotherPackageTrainsResumesAndIsProfiled() throws {
    let program = try build("TwoStreams")
    let folder = FileManager.default.temporaryDirectory.appending(path: "two-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func run(_ arguments: String...) throws -> Toolchain.Outcome {
      try Toolchain.run([program] + arguments, in: folder)
    }

    let long = ["train", "--epochs", "60", "--checkpoint-every", "7"]
    let whole = try Toolchain.run([program] + long + ["--out", "whole"], in: folder)
    try #require(whole.status == 0, "\(whole.output)")
    let expected = try log(folder.path + "/whole")
    // 64 sentences in batches of 8, sixty times.
    #expect(expected.map(\.step) == Array(1...480))
    #expect(expected[479].loss < 0.5 * expected[0].loss, "\(expected[0]) \(expected[479])")
    let text = try String(contentsOfFile: folder.path + "/whole/metrics.jsonl", encoding: .utf8)
    #expect(text.contains("\"loss_words\"") && text.contains("\"loss_radius\""))

    try kill(program, long + ["--out", "killed"], in: folder, afterLines: 100, of: "killed/metrics.jsonl")
    let resumed = try run("train", "--resume", "--out", "killed")
    try #require(resumed.status == 0 && resumed.output.contains("resumed after step"), "\(resumed.output)")
    #expect(try log(folder.path + "/killed").map(\.loss) == expected.map(\.loss))

    let profile = try run("profile", "--steps", "10")
    #expect(profile.status == 0, "\(profile.output)")
    for node in ["sentences", "points", "zip", "forward", "backward", "optimize"] {
      #expect(profile.output.contains(node), "\(profile.output) does not name \(node)")
    }
    let graph = try run("graph", "--set", "model.width=8")
    #expect(graph.status == 0 && graph.output.contains("two-streams"), "\(graph.output)")
    let wrong = try run("train", "--set", "model.widht=8")
    #expect(wrong.status == 1 && wrong.output.contains("Did you mean width?"), "\(wrong.output)")
  }
}
