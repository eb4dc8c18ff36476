import Foundation
import TestSupport
import Testing

/// The options of `sluice eval` and `sluice predict` on one small run.
@Suite struct EvaluationOptionTests {
  @Test func everyOptionChangesWhatIsEvaluated() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let trained = try SluiceProgram.run([
        "train", "timesformer", "--data", list, "--steps", "2", "--checkpoint-every", "1", "--out", folder + "/run",
        "--threads", "1", "--set", "batch.size=2", "--set", "model.depth=1", "--set", "optimize.warmup=0", "--set",
        "optimize.average=0.5", "--set", "denseFrames.stride=1", "--keep", "2",
      ])
      try #require(trained.status == 0, "\(trained.errors)")
      func loss(_ options: String...) throws -> Double {
        let run = try SluiceProgram.run(
          ["eval", "timesformer", "--from", folder + "/run", "--data", list, "--json", "--out", folder + "/eval"]
            + options)
        try #require(run.status == 0, "\(options): \(run.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        return try #require(report["loss"] as? Double, "\(report)")
      }
      let plain = try loss()
      #expect(try loss("--checkpoint", "last", "--threads", "1", "--weights", "raw") == plain)
      for changed in [["--weights", "ema"], ["--windows", "2"], ["--crops", "three"], ["--pixels", "fast"]] {
        #expect(try loss(changed[0], changed[1]) != plain, "\(changed)")
      }
      // Of one view the mean probability is its own.
      #expect(abs(try loss("--average", "prob") - plain) < 1e-5)
      let ofScores = try loss("--windows", "2", "--crops", "three")
      #expect(try loss("--windows", "2", "--crops", "three", "--average", "prob") != ofScores)

      // A list with paths of its own root, in a format that has to be named, with a file that is not there.
      let relative = folder + "/relative.csv"
      try "path,label\nclip 0.mp4,0\nclip 1.mp4,1\nclip 2.mp4,2\nclip 3.mp4,3\nnone.mp4,0\n".write(
        toFile: relative, atomically: true, encoding: .utf8)
      let run = try SluiceProgram.run([
        "eval", "timesformer", "--from", folder + "/run", "--data", relative, "--root", folder, "--format", "csv",
        "--max-failures", "0.5", "--json", "--out", folder + "/other",
      ])
      try #require(run.status == 0, "\(run.errors)")
      let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      #expect(report["samples"] as? Int == 4 && report["loss"] as? Double == plain, "\(report)")

      func classes(_ options: String...) throws -> [[String: Any]] {
        let run = try SluiceProgram.run(
          ["predict", folder + "/clip 2.mp4", "--from", folder + "/run", "--json", "--top", "4"] + options)
        try #require(run.status == 0, "\(options): \(run.errors)")
        let guesses = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
        return try #require(guesses.first?["classes"] as? [[String: Any]])
      }
      let names = folder + "/classes.txt"
      try "left\nright\nup\ndown\n".write(toFile: names, atomically: true, encoding: .utf8)
      let own = try classes("--pipeline", "timesformer", "--checkpoint", "last", "--weights", "raw")
      #expect(own.count == 4)
      let named = try classes("--classes", names)
      #expect(Set(named.compactMap { $0["name"] as? String }) == ["left", "right", "up", "down"])
      func shares(_ classes: [[String: Any]]) -> [Double] { classes.compactMap { $0["share"] as? Double } }
      #expect(shares(named) == shares(own))
      for changed in [["--windows", "3"], ["--crops", "three"], ["--pixels", "fast"]] {
        #expect(shares(try classes(changed[0], changed[1])) != shares(own), "\(changed)")
      }
      let views = ["--windows", "3", "--crops", "three"]
      let scores = shares(try classes(views[0], views[1], views[2], views[3]))
      #expect(shares(try classes(views[0], views[1], views[2], views[3], "--average", "prob")) != scores)
    }
  }
}
