import Foundation
import SluiceShards
import TestSupport
import Testing

/// `--only` and `--path-template`, as each command takes them that reads lists.
@Suite(.serialized) struct ListSelectionCommandTests {
  private let folder = TemporaryFolder()
  private static let small = ["--set", "batch.size=1", "--set", "model.depth=1", "--set", "model.imageSize=32"]

  private func run(_ arguments: [String]) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments, in: folder.path)
  }

  /// Four labeled videos, and the names of two of them and of one that is not there.
  private func videos() throws {
    for number in 0..<4 { try folder.video("v\(number).mp4", frames: 20, seed: number) }
    _ = try folder.write("v0.mp4 left\nv1.mp4 right\nv2.mp4 up\nv3.mp4 down\n", "train.txt")
    _ = try folder.write(#"{"left": 0, "right": 1, "up": 2, "down": 3}"#, "classes.json")
    _ = try folder.write("video_id\nv2\nv0\nv9\n", "only.csv")
  }

  @Test func aSelectionIsMadeByEveryCommand() throws {
    try videos()
    let note = "note: 1 of the 3 videos of only.csv are not in train.txt: “v9”"
    let list = ["--classes", "classes.json", "--only", "only.csv"]
    let check = try run(["check", "train.txt"] + list)
    #expect(check.status == 0 && check.errors.contains(note), "\(check.errors)")
    #expect(check.errors.contains("2 of 2 items are sound"), "\(check.errors)")

    let stored = try run(["preprocess", "train.txt", "--out", "set"] + list)
    #expect(stored.status == 0 && stored.errors.contains(note), "\(stored.errors)")
    let set = try ShardSet(folder("set"))
    #expect(try (0..<set.count).map { try set.clip($0).info.description.path } == ["v0.mp4", "v2.mp4"])

    // Classes without samples show which videos are trained on; the list for validation stays whole.
    let train = try run(
      ["train", "timesformer", "--data", "train.txt", "--val", "whole.txt", "--epochs", "1", "--out", "run"] + list
        + Self.small)
    #expect(train.status == 1 && train.errors.contains("whole.txt: there is no such list"), "\(train.errors)")
    _ = try folder.write("v1.mp4 right\nv3.mp4 down\nv2.mp4 up\n", "whole.txt")
    let trained = try run(
      ["train", "timesformer", "--data", "train.txt", "--val", "whole.txt", "--epochs", "1", "--out", "run"] + list
        + Self.small)
    #expect(trained.status == 0 && trained.errors.contains(note), "\(trained.errors)")
    #expect(trained.errors.contains("note: 2 of 4 classes have no sample: 1 (right), 3 (down)."), "\(trained.errors)")

    let other = try folder.write("v3.mp4\n", "other.txt")
    let resumed = try run(["train", "timesformer", "--resume", "--out", "run", "--epochs", "2", "--only", other])
    #expect(resumed.status == 1 && resumed.errors.contains("sample 1 was “v0.mp4”"), "\(resumed.errors)")

    for (only, count) in [("only.csv", 2), ("other.txt", 1)] {
      let evaluated = try run(
        ["eval", "timesformer", "--from", "run", "--data", "train.txt", "--only", only, "--json"])
      #expect(evaluated.status == 0 && evaluated.output.contains("\"samples\" : \(count)"), "\(evaluated)")
    }
    for command in [["graph", "timesformer"], ["profile", "timesformer", "--steps", "1"]] {
      let drawn = try run(command + ["--data", "train.txt"] + list + Self.small)
      #expect(drawn.status == 0, "\(drawn.errors)")
      let missing = try run(command + ["--data", "train.txt", "--only", "none.csv"])
      #expect(missing.status == 1 && missing.errors.contains("none.csv"), "\(missing.errors)")
    }
  }

  @Test func aVocabularyIsLearnedFromTheChosenVideos() throws {
    _ = try folder.write("videoid,contentUrl,duration,page,name\n11,u,PT,p,aab aba\n12,u,PT,p,zzy\n", "w.csv")
    _ = try folder.write("11\n", "only.txt")
    let template = ["--path-template", "{videoid}.mp4"]
    let run = try run(["vocab", "w.csv", "--out", "vocab.txt", "--size", "40", "--only", "only.txt"] + template)
    #expect(run.status == 0, "\(run.errors)")
    let tokens = try String(contentsOfFile: folder("vocab.txt"), encoding: .utf8).split(separator: "\n")
    #expect(tokens.contains("a") && !tokens.contains { $0.hasSuffix("z") || $0.hasSuffix("y") }, "\(tokens)")
  }

  @Test func optionsAboutListsAreRefusedForShards() throws {
    try videos()
    try #require(try run(["preprocess", "train.txt", "--out", "set"]).status == 0)
    for option in [["--only", "only.csv"], ["--path-template", "{videoid}.mp4"]] {
      let trained = try run(["train", "maskfeat", "--data", "set", "--steps", "1", "--out", "run"] + option)
      #expect(
        trained.status == 1
          && trained.errors.contains(
            "\(option[0]) \(option[1]) is about lists, and set holds shards. Give the option to 'sluice preprocess'."),
        "\(trained.errors)")
    }
  }

  @Test func pathsAreMadeByTheTemplateOfEveryCommand() throws {
    try FileManager.default.createDirectory(atPath: folder("102"), withIntermediateDirectories: true)
    try folder.video("102/1021179.mp4", frames: 20)
    let row = "1021179,u,PT,001_002,\"a dog, running\"\n"
    _ = try folder.write("videoid,contentUrl,duration,page_dir,name\n" + row, "w.csv")
    let template = ["--path-template", "{videoid without its last 4 digits}/{videoid}.mp4"]
    #expect(try run(["check", "w.csv"]).status == 1)
    let check = try run(["check", "w.csv"] + template)
    #expect(check.status == 0, "\(check.output)")
    let stored = try run(["preprocess", "w.csv", "--out", "set"] + template)
    #expect(stored.status == 0, "\(stored.errors)")
    let description = try ShardSet(folder("set")).clip(0).info.description
    #expect(description.path == "102/1021179.mp4" && description.captions == ["a dog, running"])
    let trained = try run(
      ["train", "maskfeat", "--data", "w.csv", "--dry-run", "--set", "batch.size=1"] + template)
    #expect(trained.status == 0, "\(trained.errors)")
    let drawn = try run(["graph", "maskfeat", "--data", "w.csv"] + template)
    #expect(drawn.status == 0, "\(drawn.errors)")
    let other = try run(["check", "w.csv", "--path-template", "{video}.mp4"])
    #expect(other.status == 1 && other.errors.contains("no column “video”; there are: videoid"), "\(other.errors)")
  }
}
