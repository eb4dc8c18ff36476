import Foundation
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// `sluice demo --quick` as a user runs it: everything runs, nothing is learned.
@Suite(.serialized) struct DemoTests {
  private func summary(_ folder: String) throws -> DemoSummary {
    try JSONDecoder().decode(DemoSummary.self, from: Data(contentsOf: URL(filePath: folder + "/summary.json")))
  }

  private func losses(_ folder: String) throws -> [String: String] {
    var losses: [String: String] = [:]
    for name in ["pretrain", "pretrained-0", "scratch-0", "still-0"] {
      // All but the rates, which are times.
      losses[name] = try String(contentsOfFile: "\(folder)/\(name)/metrics.jsonl", encoding: .utf8)
        .replacing(/"samplesPerSecond":[^,}]*/, with: "")
    }
    return losses
  }

  @Test func stoppedOrKilledItGoesOnAndEndsAlike() throws {
    try withTemporaryFolder { folder in
      // The largest seed there is: scene numbers wrap around.
      let arguments = ["demo", "--quick", "--threads", "1", "--seed", "\(UInt64.max)", "--out"]
      let whole = try SluiceProgram.run(arguments + [folder + "/whole"])
      #expect(whole.status == 0, "\(whole.errors)")
      let expected = try summary(folder + "/whole")
      #expect(expected.runs.map(\.kind) == DemoKind.allCases)
      #expect(expected.classes.count == 8 && expected.chance == 0.125)
      #expect(whole.output.contains("guessing") && whole.output.contains("12.5 %"))
      let commands = PrintedCommand.all(in: try HTMLPage(contentsOf: folder + "/whole/report.html"), of: "report.html")
      #expect(commands.count == 2 + DemoKind.allCases.count + 1)
      for command in commands {
        let complaint = command.complaint
        #expect(complaint == nil, "\(command)")
      }

      for (name, signal) in [("stopped", SIGINT), ("killed", SIGKILL)] {
        let out = "\(folder)/\(name)"
        let cut = try SluiceProgram.run(arguments + [out]) { process in
          while !FileManager.default.fileExists(atPath: out + "/pretrain/metrics.jsonl"), process.isRunning {
            usleep(1000)
          }
          kill(process.processIdentifier, signal)
        }
        if signal == SIGINT { #expect(cut.status == 130, "\(cut.errors)") }
        let rest = try SluiceProgram.run(arguments + [out])
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(try summary(out).runs == expected.runs)
        #expect(try losses(out) == losses(folder + "/whole"))
      }
    }
  }

  @Test func theCommandsThatItNamesTrainTheSame() throws {
    try withTemporaryFolder { folder in
      let demo = try SluiceProgram.run(["demo", "--quick", "--threads", "1", "--out", folder + "/demo"])
      #expect(demo.status == 0, "\(demo.errors)")
      for name in ["pretrain", "pretrained-0", "still-0"] {
        let run = "\(folder)/demo/\(name)"
        let configuration = try #require(
          try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: run + "/configuration.json")))
            as? [String: Any])
        var words = try #require((configuration["commands"] as? [String])?.first).split(separator: " ").map(String.init)
        #expect(words.removeFirst() == "./sluice" && words.suffix(2) == ["--out", run])
        words[words.count - 1] = folder + "/" + name
        let again = try SluiceProgram.run(words)
        #expect(again.status == 0, "\(again.errors)")
        let expected = try MetricsLog.lines(at: run + "/metrics.jsonl").map(\.loss)
        #expect(try MetricsLog.lines(at: "\(folder)/\(name)/metrics.jsonl").map(\.loss) == expected)
        #expect(expected.count == (name == "pretrain" ? 6 : 3))
      }
      let look = try SluiceProgram.run([
        "show", "masks", folder + "/demo/videos/val/00003.mp4", "--from", folder + "/demo/pretrain", "--out",
        folder + "/look",
      ])
      #expect(look.status == 0, "\(look.errors)")
    }
  }

  @Test func aDirectoryOfSomethingElseIsLeftAlone() throws {
    try withTemporaryFolder { folder in
      try Data("mine".utf8).write(to: URL(filePath: folder + "/diary.txt"))
      let result = try SluiceProgram.run(["demo", "--quick", "--out", folder])
      #expect(result.status == 1)
      #expect(result.errors.contains("diary.txt") && result.errors.contains("--out"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["diary.txt"])
    }
  }
}
