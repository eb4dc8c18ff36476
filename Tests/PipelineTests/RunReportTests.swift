import Foundation
import TestSupport
import Testing

/// `report.html` of runs made by `sluice train`.
@Suite(.serialized) struct RunReportTests {
  private static let small = ["--set", "batch.size=2", "--seed", "5", "--threads", "1", "--max-failures", "0.5"]

  @Test func aRunLeavesAPageWithItsCurvesStagesFailuresAndCommand() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(3, to: folder, broken: ["<b>&cut.mp4"])
      let run = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--steps", "3", "--out", folder + "/run"] + Self.small)
      #expect(run.status == 0, "\(run.errors)")
      let whole = try HTMLPage(contentsOf: folder + "/run/report.html")
      let commands = PrintedCommand.all(in: whole, of: "report.html")
      #expect(commands.map(\.complaint) == [nil])
      let page = whole.text
      for wanted in [
        "Finished after step 3", "Learning rate", "gradient norm", "<b>&cut.mp4", "hogTarget", "In flight:",
        "./sluice train maskfeat --data", "cubeMask.ratio", "processor",
      ] {
        #expect(page.contains(wanted), "\(wanted)")
      }
      // Nothing that was only for the time of writing is left.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/run").sorted() == [
          "checkpoints", "configuration.json", "datasets", "failures.csv", "metrics.jsonl", "report.html",
        ])
    }
  }

  @Test func theCurvesOfAResumedRunBeginAtItsFirstStep() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let first = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--steps", "2", "--out", folder + "/run"] + Self.small)
      #expect(first.status == 0, "\(first.errors)")
      let loss = try course(of: "loss", in: HTMLPage(contentsOf: folder + "/run/report.html").text)
      let resumed = try SluiceProgram.run([
        "train", "maskfeat", "--resume", "--steps", "4", "--allow-change", "--out", folder + "/run",
      ])
      #expect(resumed.status == 0, "\(resumed.errors)")
      let page = try HTMLPage(contentsOf: folder + "/run/report.html").text
      #expect(page.contains("Finished after step 4"))
      #expect(try course(of: "loss", in: page).first == loss.first)
      #expect(page.contains("--steps 2") && page.contains("--resume --steps 4 --allow-change"))
    }
  }

  @Test func aRunThatEndsByAnErrorSaysSoOnItsPage() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(0, to: folder, broken: ["cut.mp4", "missing.mp4"])
      let run = try SluiceProgram.run(
        ["train", "maskfeat", "--data", list, "--epochs", "2", "--out", folder + "/run"] + Self.small)
      #expect(run.status == 1)
      let page = try HTMLPage(contentsOf: folder + "/run/report.html").text
      #expect(page.contains("ended before its first step") && page.contains("none of the 2 samples could be used"))
      #expect(page.contains("There are no values yet."))
    }
  }

  /// First and last value of a curve, as the legend says them.
  private func course(of name: String, in text: String) throws -> [String] {
    let legend = try #require(text.components(separatedBy: "\n").first { $0.contains(" → ") && $0.contains(name) })
    return legend.components(separatedBy: " → ").map { $0.split(separator: " ").last.map(String.init) ?? "" }
  }
}
