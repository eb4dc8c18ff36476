import Foundation
import SluiceFlow
import TestSupport
import Testing

/// `sluice graph` and what it prints for people and for other programs.
@Suite struct GraphCommandTests {
  private func graph(_ arguments: String...) throws -> String {
    let run = try SluiceProgram.run(["graph"] + arguments)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  private func description(_ arguments: String...) throws -> GraphDescription {
    let run = try SluiceProgram.run(["graph"] + arguments + ["--format", "json"])
    try #require(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode(GraphDescription.self, from: Data(run.output.utf8))
  }

  @Test func everyFormatHoldsTheSameGraph() throws {
    let described = try description("maskfeat", "--set", "decode.workers=3", "--target", "pixels")
    #expect(described.name == "maskfeat")
    #expect(described.nodes.first { $0.name == "decode" }?.workers == 3)
    #expect(described.nodes.contains { $0.name == "pixelTarget" })
    let dot = try graph("maskfeat", "--set", "decode.workers=3", "--target", "pixels", "--format", "dot")
    #expect(dot == described.dot)
    let mermaid = try graph("maskfeat", "--set", "decode.workers=3", "--target", "pixels", "--format", "mermaid")
    #expect(mermaid == described.mermaid)
    #expect(try graph("maskfeat", "--set", "decode.workers=3", "--target", "pixels") == described.text)
  }

  @Test func theSizesOfPicturesComeFromTheData() throws {
    try withTemporaryFolder { folder in
      _ = try SampleVideos.write(2, to: folder)
      let classes = folder + "/classes.txt"
      try "left\nright\n".write(toFile: classes, atomically: true, encoding: .utf8)
      try "clip 0.mp4\tright\nclip 1.mp4\tleft\n".write(
        toFile: folder + "/names.txt", atomically: true, encoding: .utf8)
      func decoded(_ graph: GraphDescription) -> Int? { graph.nodes.first { $0.name == "decode" }?.outputBytes }
      #expect(decoded(try description("timesformer")) == nil)
      let looked = try description(
        "timesformer", "--data", folder + "/names.txt", "--root", folder, "--classes", classes)
      #expect(try #require(decoded(looked)) > 8 * 48 * 48)
    }
  }

  /// What would be said of data that nobody named is refused, and so is it where a run is tried without any.
  @Test(arguments: [["graph", "maskfeat"], ["train", "maskfeat", "--dry-run"]])
  func optionsAboutDataNeedSome(command: [String]) throws {
    for option in [["--only", "some.csv"], ["--path-template", "{videoid}.mp4"]] {
      let run = try SluiceProgram.run(command + option)
      #expect(run.status == 1 && run.output.isEmpty, "\(option): \(run.output)")
      #expect(
        run.errors.contains(
          "\(option[0]) \(option[1]) has no effect here: it is about --data, and none is named. Leave it out, or name the "
            + "list."),
        "\(run.errors)")
    }
  }

  @Test func settingsAreWrittenReadAndOverridden() throws {
    try withTemporaryFolder { folder in
      func settings(_ arguments: String...) throws -> [String: String] {
        let run = try SluiceProgram.run(["graph", "timesformer", "--settings"] + arguments)
        try #require(run.status == 0, "\(run.errors)")
        return Dictionary(
          uniqueKeysWithValues: run.output.split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
          })
      }
      let whole = try settings("--set", "model.depth=3", "--set", "decode.workers=5")
      #expect(whole["model.depth"] == "3" && whole["decode.workers"] == "5")
      let file = folder + "/run.yaml"
      try graph(
        "timesformer", "--settings", "--format", "yaml", "--set", "model.depth=3", "--set", "decode.workers=5"
      ).write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try settings("--config", file) == whole)
      let changed = try settings("--config", file, "--set", "model.depth=2")
      #expect(changed.filter { whole[$0.key] != $0.value } == ["model.depth": "2"])
      let json = try graph("timesformer", "--settings", "--format", "json")
      let groups = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: [String: String]])
      #expect(groups["model"]?["attention"] == "divided_space_time")
    }
  }

  @Test(arguments: [
    ("model: [", "this is no YAML:"), ("- a", "groups of settings are wanted, as “model:”"),
    ("model: 3", "“model” is no group of settings, as “model:” with its fields"),
    ("model:\n  depth: [1, 2]", "“model.depth” has no single value"),
    ("model:\n  dept: 1", "Did you mean depth?"),
  ])
  func aConfigurationThatIsNoneIsRefusedWithItsLine(text: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let file = folder + "/run.yaml"
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let run = try SluiceProgram.run(["graph", "timesformer", "--config", file])
      #expect(run.status == 1 && run.errors.contains(sentence), "\(run.errors)")
      try Data([0xFF, 0xFE, 0xFF]).write(to: URL(filePath: file))
      let bytes = try SluiceProgram.run(["graph", "timesformer", "--config", file])
      #expect(bytes.status == 1 && bytes.errors.contains("the configuration is not UTF-8 text."), "\(bytes.errors)")
    }
  }
}
