import Foundation
import TestSupport
import Testing

/// `sluice profile` with everything that it takes.
@Suite struct ProfileCommandTests {
  private struct Profile: Decodable {
    struct Metrics: Decodable {
      struct Node: Decodable {
        let name: String
        let workers: Int
        let items: Int
      }
      let nodes: [Node]
      let delivered: Int
    }
    let metrics: Metrics
    let bottleneck: String
    let sentence: String
  }

  private struct Trace: Decodable {
    struct Event: Decodable { let ph: String }
    let traceEvents: [Event]
  }

  @Test func aProfileIsForProgramsForPeopleAndForPerfetto() throws {
    try withTemporaryFolder { folder in
      _ = try SampleVideos.write(3, to: folder, broken: ["cut.mp4"])
      let list = folder + "/relative.txt"
      try "clip 0.mp4 0\nclip 1.mp4 1\nclip 2.mp4 2\ncut.mp4 0\n".replacingOccurrences(of: " 0\n", with: "\t0\n")
        .replacingOccurrences(of: " 1\n", with: "\t1\n").replacingOccurrences(of: " 2\n", with: "\t2\n")
        .write(toFile: list, atomically: true, encoding: .utf8)
      let classes = folder + "/classes.csv"
      try "id,name\n0,a\n1,b\n2,c\n".write(toFile: classes, atomically: true, encoding: .utf8)
      let common = [
        "profile", "timesformer", "--data", list, "--root", folder, "--format", "path-label", "--classes", classes,
        "--steps", "2", "--seed", "4", "--threads", "1", "--max-failures", "0.5", "--pixels", "fast", "--set",
        "batch.size=2", "--set", "model.depth=1", "--set", "decode.workers=2",
      ]
      let json = try SluiceProgram.run(common + ["--json", "--trace", folder + "/trace.json"])
      try #require(json.status == 0, "\(json.errors)")
      let profile = try JSONDecoder().decode(Profile.self, from: Data(json.output.utf8))
      #expect(profile.metrics.delivered == 2 && !profile.sentence.isEmpty)
      #expect(profile.metrics.nodes.first { $0.name == "decode" }?.workers == 2)
      // The next batch may be under way when the last one is done.
      #expect([2, 3].contains(profile.metrics.nodes.first { $0.name == "forward" }?.items))
      let trace = try JSONDecoder().decode(
        Trace.self, from: Data(contentsOf: URL(filePath: folder + "/trace.json")))
      #expect(trace.traceEvents.contains { $0.ph == "X" } && trace.traceEvents.contains { $0.ph == "M" })

      let text = try SluiceProgram.run(common + ["--ops", "--linear-probe"])
      try #require(text.status == 0, "\(text.errors)")
      let lines = text.output.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("decode ") } && lines.contains { $0.hasPrefix("optimize ") })
      #expect(
        lines.contains { $0.contains("attention") && $0.contains("ms") || $0.hasPrefix("linear") }, "\(text.output)")
    }
  }

  @Test func whatASystemDoesNotHaveIsSaid() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(1, to: folder)
      let target = try SluiceProgram.run(["profile", "timesformer", "--data", list, "--target", "pixels"])
      #expect(target.status == 1 && target.errors.contains("target"), "\(target.errors)")
      let config = try SluiceProgram.run(["profile", "timesformer", "--data", list, "--config", folder + "/none"])
      #expect(config.status == 1 && config.errors.contains("Check the path of --config"), "\(config.errors)")
      let from = try SluiceProgram.run(["profile", "timesformer", "--data", list, "--from", folder + "/none"])
      #expect(from.status == 1 && from.errors.contains("none"), "\(from.errors)")
    }
  }
}
