import Foundation
import TestSupport
import Testing

/// What hiding tokens saves of SimVTP's passes.
@Suite struct SimVTPCostTests {
  private func lines(_ options: String..., command: [String] = ["train", "simvtp", "--dry-run"]) throws -> [String] {
    let run = try SluiceProgram.run(command + options)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("hiding ") }
  }

  private static func expected(_ hiding: (Int, Int), _ none: (Int, Int)) -> [String] {
    [("hiding 90 %    ", hiding), ("hiding none    ", none)].map { name, cost in
      "\(name)\(cost.0) GFLOP forward a batch, \(cost.1) MB kept for gradients at least"
    }
  }

  /// Twice the pairs, clips and texts alone, and the decoder; of one loss only what it needs.
  @Test func aDryRunCountsThePassesThatTheLossesNeed() throws {
    let base = ["--set", "model.preset=base"]
    for command in [["train", "simvtp", "--dry-run"] + base, ["graph", "simvtp", "--dry-run"] + base] {
      #expect(try lines(command: command) == Self.expected((2051, 3967), (17830, 26390)))
      #expect(try lines("--set", "recipe.losses=video", command: command) == Self.expected((1140, 2247), (6392, 9721)))
      #expect(try lines("--set", "recipe.losses=text", command: command) == Self.expected((515, 860), (5780, 8334)))
      #expect(try lines("--set", "recipe.losses=vtc", command: command) == Self.expected((515, 860), (5776, 8334)))
      // Texts of one width take their part however short they are.
      let fixed = try lines(
        "--set", "recipe.textPadding=fixed", "--set", "recipe.maxTextLength=32", command: command)
      #expect(fixed == Self.expected((2309, 4445), (18187, 26868)))
    }
  }

  @Test func textsOfTheDataAreCounted() throws {
    try withTemporaryFolder { folder in
      let runs = try SimVTPRuns(in: folder)
      func cost(_ caption: String) throws -> [String] {
        let entries = (0..<4).map { "\"\(folder)/clip \($0).mp4\": \"\($0 == 2 ? caption : "a disc")\"" }
        try "{\(entries.joined(separator: ", "))}".write(
          toFile: runs.path("some.json"), atomically: true, encoding: .utf8)
        let run = try SluiceProgram.run(
          [
            "train", "simvtp", "--dry-run", "--data", runs.path("some.json"), "--vocab", runs.vocabulary, "--threads",
            "1",
          ]
            + SimVTPRuns.small("simvtp"))
        #expect(run.status == 0, "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("hiding ") }
      }
      let short = try cost("a disc")
      #expect(short.count == 2)
      #expect(try cost("red ring") == short)
      // A batch is as wide as its longest text.
      let long = try cost("a small red disc goes up and then down again")
      #expect(long.count == 2 && zip(short, long).allSatisfy { $0 != $1 }, "\(short) \(long)")
    }
  }
}
