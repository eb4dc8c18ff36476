import Foundation
import SluiceDatasets
import SluiceDecode
import SluicePipelines
import SluiceShards
import TestSupport
import Testing

/// What the commands say about lists, as a user sees it.
@Suite(.serialized) struct ListCommandTests {
  private let folder = TemporaryFolder()
  private static let classes = #"{"left": 0, "right": 1, "up": 2, "down": 3}"#

  private func run(_ arguments: String...) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments, in: folder.path)
  }

  /// Four small videos and a list of them by names of classes.
  private func videos() throws {
    for number in 0..<4 { try folder.video("v\(number).mp4", frames: 20, seed: number) }
    _ = try folder.write("v0.mp4 left\nv1.mp4 right\nv2.mp4 up\nv3.mp4 down\n", "train.txt")
    _ = try folder.write(Self.classes, "classes.json")
  }

  @Test func checkReportsLabelsByTheRuleOfTraining() throws {
    try videos()
    _ = try folder.write("v0.mp4 left\nv1.mp4 lft\nv2.mp4\nv3.mp4 0.0 9.0 up\nv3.mp4 5 9 up\nv0.mp4 4\n", "bad.txt")
    let result = try run("check", "bad.txt", "--classes", "classes.json")
    #expect(result.status == 1)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 4, "\(result.output)")
    #expect(
      lines[0].contains("bad.txt:2: class “lft” is not among the 4 classes of classes.json; did you mean “left”?"))
    #expect(lines[1].contains("bad.txt:3: no label"))
    #expect(lines[2].contains("bad.txt:5: ") && lines[2].contains("begins at 5.0 s, the video ends at 0.8 s"))
    #expect(lines[3].contains("bad.txt:6: label 4 is outside the 4 classes of classes.json (0 to 3)"))
    #expect(result.errors.contains("note: 2 of 4 classes have no sample: 1 (right), 3 (down)."))
    #expect(try run("check", "train.txt", "--classes", "classes.json").status == 0)
  }

  @Test func aListIsOneThingToAllCommands() throws {
    try videos()
    try FileManager.default.createDirectory(atPath: folder("page"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: folder("v0.mp4"), toPath: folder("page/11.mp4"))
    _ = try folder.write("videoid,contentUrl,duration,page_dir,name\r\n11,u,d,page,\"A \"\"red\"\", car\"\r\n", "w.csv")
    #expect(try run("check", "w.csv").status == 0)
    #expect(try run("preprocess", "w.csv", "--out", "set").status == 0)
    #expect(try ShardSet(folder("set")).clip(0).info.description.captions == ["A \"red\", car"])
    let trained = try run("train", "maskfeat", "--data", "w.csv", "--dry-run", "--set", "batch.size=1")
    #expect(trained.status == 0, "\(trained.errors)")
    for command in [
      ["check", "w.csv"], ["preprocess", "w.csv", "--out", "o"], ["train", "maskfeat", "--data", "w.csv"],
    ] {
      let result = try SluiceProgram.run(command + ["--format", "webvit"], in: folder.path)
      #expect(result.status == 64 && result.errors.contains("Did you mean webvid?"), "\(result.errors)")
    }
  }

  @Test func classesMayBeATableForEveryCommand() throws {
    try videos()
    _ = try folder.write("id,name\n0,up\n1,down\n2,left\n3,right\n", "classes.csv")
    #expect(try run("check", "train.txt", "--classes", "classes.csv").status == 0)
    #expect(try run("preprocess", "train.txt", "--classes", "classes.csv", "--out", "set").status == 0)
    let set = try ShardSet(folder("set"))
    #expect(try (0..<4).map { try set.clip($0).info.description.labels } == [[2], [3], [0], [1]])
    #expect(try set.classNames() == ["up", "down", "left", "right"])
    let contradiction = try folder.write(#"{"left":0,"right":0,"up":1,"down":2}"#, "twice.json")
    for command in [
      ["check", "train.txt"], ["preprocess", "train.txt", "--out", "o"],
      ["train", "timesformer", "--data", "train.txt"],
    ] {
      let result = try SluiceProgram.run(command + ["--classes", contradiction], in: folder.path)
      #expect(
        result.status == 1 && result.errors.contains("the number 0 is that of “left” and of “right”"), "\(result)")
    }
  }

  @Test func preprocessMakesTheSetAgreeWithTheList() throws {
    try videos()
    #expect(try run("preprocess", "train.txt", "--classes", "classes.json", "--out", "set").status == 0)
    // Corrected, removed and inserted lines, in another order.
    try folder.video("v9.mp4", frames: 5, seed: 9)
    _ = try folder.write("v3.mp4 down\nv9.mp4 left\nv0.mp4 right\nv2.mp4 up\n", "train.txt")
    let second = try run("preprocess", "train.txt", "--classes", "classes.json", "--out", "set")
    #expect(second.status == 0)
    #expect(
      second.errors.contains("1 clip has other labels or captions, 1 clip is no longer listed"), "\(second.errors)")
    #expect(second.errors.contains("no longer listed, left out of the index: v1.mp4"))
    let set = try ShardSet(folder("set"))
    let descriptions = try (0..<set.count).map { try set.clip($0).info.description }
    #expect(descriptions.map(\.path) == ["v3.mp4", "v9.mp4", "v0.mp4", "v2.mp4"])
    #expect(descriptions.map(\.labels) == [[3], [0], [1], [2]])
    #expect(try run("shards", "verify", "set").status == 0)
    // Without --classes the numbering of the set is that of the list.
    #expect(try run("preprocess", "train.txt", "--out", "set").status == 0)
    #expect(try ShardSet(folder("set")).clip(0).info.description.labels == [3])
    _ = try folder.write(#"{"right": 0, "left": 1, "up": 2, "down": 3}"#, "swapped.json")
    let swapped = try run("preprocess", "train.txt", "--classes", "swapped.json", "--out", "set")
    #expect(swapped.status == 1 && swapped.errors.contains("another way: “right” is 1 there, 0 in the list"))
    _ = try folder.write("v3.mp4 far\n", "far.txt")
    let far = try run("preprocess", "far.txt", "--out", "set")
    #expect(far.status == 1 && far.errors.contains("far.txt:1: class “far” is not among the 4 classes of set"))
  }

  @Test func shardsOfAListThatLacksAClassKeepTheNumbersOfTraining() throws {
    try videos()
    _ = try folder.write("v3.mp4 down\nv0.mp4 left\nv2.mp4 up\n", "val.txt")
    #expect(try run("preprocess", "val.txt", "--out", "val").status == 0)
    let set = try ShardSet(folder("val"))
    #expect(try set.classNames() == ["down", "left", "up"])
    let training = ClassSpace(map: try ClassMap(contentsOf: folder("classes.json")), origin: "classes.json")
    #expect(Array(try training.labels(of: set, wanting: .one)) == [[3], [0], [2]])
    let other = ClassSpace(map: try ClassMap(names: ["left", "up"]), origin: "two")
    let error = try #require(throws: DatasetListError.self) { try other.labels(of: set) }
    #expect(error.description.contains("clip 0 (v3.mp4): class “down” is not among the 2 classes of two"))
    // Lists and sets give the same identity to the same labels.
    let list = try DatasetList(contentsOf: folder("val.txt"))
    let manifest = try Clips(videos: list, classes: training).manifest()
    let shards = try Clips(videos: DatasetList(items: []), shards: [set], classes: training)
    #expect(try shards.manifest().identity == manifest.identity)
  }

  @Test(arguments: [
    ("empty.txt", "", "the list is empty"),
    ("oob.txt", "v0.mp4 0\nv1.mp4 9\n", "oob.txt:2: label 9 is outside the 4 classes"),
    ("none.txt", "v0.mp4\nv1.mp4\n", "none.txt:1: no label"),
    ("unknown.txt", "v0.mp4 left\nv1.mp4 lft\n", "unknown.txt:2: class “lft” is not among the 4 classes"),
    ("missing.txt", "v0.mp4 left\nnowhere.mp4 up\n", "missing.txt:2: nowhere.mp4 is not there"),
  ])
  func aListThatCannotBeUsedIsRefusedBeforeTheFirstStep(name: String, text: String, words: String) throws {
    try videos()
    _ = try folder.write(text, name)
    let arguments = ["train", "timesformer", "--data", "train.txt", "--classes", "classes.json", "--epochs", "1"]
    let validated = try SluiceProgram.run(arguments + ["--val", name, "--out", "run"], in: folder.path)
    #expect(validated.status == 1 && validated.errors.contains(words), "\(validated.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("run/metrics.jsonl")))
    if !name.hasPrefix("missing") {
      let trained = try run("train", "timesformer", "--data", name, "--classes", "classes.json", "--out", "run2")
      #expect(trained.status == 1 && trained.errors.contains(words), "\(trained.errors)")
    }
  }

  @Test func aModelOfFewerClassesRefusesTheList() throws {
    try videos()
    let result = try run(
      "train", "timesformer", "--data", "train.txt", "--classes", "classes.json", "--set", "model.classCount=2")
    #expect(result.status == 1)
    #expect(result.errors.contains("train.txt:3: class “up” has the number 2; model.classCount=2 has 2 classes"))
  }

  @Test func classesWithoutSamplesAreSaidBeforeTraining() throws {
    try videos()
    _ = try folder.write("v0.mp4 left\nv2.mp4 up\n", "few.txt")
    let result = try run(
      "train", "timesformer", "--data", "few.txt", "--classes", "classes.json", "--steps", "1", "--set", "batch.size=1",
      "--set", "model.depth=1", "--set", "model.imageSize=32")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("note: 2 of 4 classes have no sample: 1 (right), 3 (down)."), "\(result.errors)")
  }
}
