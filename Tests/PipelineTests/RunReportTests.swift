import Foundation
import SluiceCheckpoints
import SluicePlatform
import SluiceTraining
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

  private func line(_ step: Int, _ epoch: Int, _ metrics: [String: Double]) -> MetricsLog.Line {
    MetricsLog.Line(
      step: step, epoch: epoch, loss: 1, learningRate: 1, gradientNorm: 1, samplesPerSecond: 1, metrics: metrics)
  }

  @Test func anAccuracyIsComparedWithGuessingByEpochs() {
    func found(_ epochs: [[(Double, Double)]]) -> [RunCurves.AgainstGuessing] {
      var lines: [MetricsLog.Line] = []
      for (epoch, values) in epochs.enumerated() {
        for (accuracy, guess) in values {
          lines.append(line(lines.count + 1, epoch, ["a": accuracy, "a_guess": guess, "alone": 1]))
        }
      }
      return RunCurves(lines).againstGuessing
    }
    #expect(found([]).isEmpty)
    #expect(RunCurves([line(1, 0, ["alone": 1])]).againstGuessing.isEmpty)
    // By the means of epochs, not by single batches, and by what guessing reached at their ends.
    let means = found([[(0.5, 0.25), (0, 0.75)], [(0.5, 0.75), (0.25, 0.25)]])
    #expect(means.count == 1 && means[0].name == "a" && means[0].accuracy == 0.375 && means[0].guess == 0.25)
    #expect(means[0].since == 1)
    #expect(found([[(0.5, 0.25), (0.5, 0.625)]])[0].since == nil)
    // What was above and is not any more does not count, nor does being equal.
    #expect(found([[(0.5, 0.25)], [(0.25, 0.25)], [(0.5, 0.25)], [(0.75, 0.5)]])[0].since == 2)
    #expect(found([[(0.5, 0.25)], [(0.25, 0.25)]])[0].since == nil)
  }

  @Test func aPageSaysWhetherPredictedTokensBeatGuessing() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(3, to: folder)
      _ = try SluiceProgram.run(["synth", folder + "/images", "--images", "4"])
      _ = try SluiceProgram.run(["weights", "make", "dvae", "--out", folder + "/dvae"])
      let run = try SluiceProgram.run([
        "train", "bevt", "--data", list, "--images", folder + "/images", "--tokenizer", folder + "/dvae", "--epochs",
        "2",
        "--set", "batch.size=3", "--set", "model.dimension=8", "--set", "recipe.imageCount=2", "--out", folder + "/run",
      ])
      #expect(run.status == 0, "\(run.errors)")
      let lines = try MetricsLog.lines(at: folder + "/run/metrics.jsonl")
      let last = try #require(lines.last).metrics
      let (accuracy, guess) = (try #require(last["mask_acc_3d"]), try #require(last["mask_acc_3d_guess"]))
      #expect(run.errors.contains("mask_acc_3d \(accuracy.percentText) (guess \(guess.percentText))"), "\(run.errors)")
      let saved = try #require(try CheckpointFolder(folder + "/run/checkpoints").survey().complete.last).position
      let counts = try #require(saved.answers?.counts["mask_acc_3d"])
      #expect(Double(counts.values.max() ?? 0) / Double(counts.values.reduce(0, +)) == guess)
      let page = try HTMLPage(contentsOf: folder + "/run/report.html").text
      let found = RunCurves(lines).againstGuessing
      #expect(found.map(\.name) == ["mask_acc_2d", "mask_acc_3d"])
      for one in found {
        #expect(one.guess > 0 && one.guess <= 1)
        let values =
          "In the last epoch \(one.name) \(one.accuracy.percentText), and the most frequent answer is right in "
        let verdict =
          one.since.map { "better than guessing since epoch \($0 + 1)." } ?? "it is not better than guessing."
        #expect(page.contains("\(values)\(one.guess.percentText): \(verdict)"), "\(page.prefix(2000))")
      }
      #expect(page.contains("Accuracy, 0 to 1; guess: always the most frequent answer of the epoch so far"))
      for name in ["loss_2d", "loss_3d", "mask_acc_2d_guess", "mask_acc_3d_guess"] { #expect(page.contains(name)) }
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
