import Foundation
import SluicePipelines
import SluiceTraining
import Testing

/// One rule of labels for every command: what is no class is an error of the list, with file and line, before the first step.
@Suite(.serialized) struct LabelRuleTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }

  /// Lists that are wrong in their second line, and what is said of it.
  struct Fault: Sendable, CustomTestStringConvertible {
    let line: String
    let words: String
    var testDescription: String { line }
  }

  static let faults = [
    Fault(line: "v1.mp4 4", words: "label 4 is outside the 4 classes"),
    Fault(line: "v1.mp4 99", words: "label 99 is outside the 4 classes"),
    Fault(line: "v1.mp4 9223372036854775807", words: "class numbers begin at 0 and end at 999999"),
    Fault(line: "v1.mp4 -1", words: "class numbers begin at 0"),
    Fault(line: "v1.mp4 lft", words: "class “lft” is not among the 4 classes"),
    Fault(line: "v1.mp4", words: "no label; wanted: `path label`"),
  ]

  private func prepare(_ fault: Fault) throws {
    try runs.data(4, classes: ["left", "right", "up", "down"])
    _ = try folder.write(#"{"left": 0, "right": 1, "up": 2, "down": 3}"#, "classes.json")
    _ = try folder.write("v0.mp4 left\n\(fault.line)\nv2.mp4 up\n", "bad.txt")
  }

  private var small: [String] {
    runs.request().settings.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
  }

  @Test(arguments: faults) func everyCommandSaysListAndLine(fault: Fault) throws {
    try prepare(fault)
    let train = ["train", "timesformer", "--classes", "classes.json", "--steps", "1"] + small
    let run = try SluiceProgram.run(train + ["--data", "train.txt", "--out", "run"], in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let commands = [
      train + ["--data", "bad.txt", "--out", "new"],
      train + ["--data", "train.txt", "--val", "bad.txt", "--out", "new"],
      ["eval", "timesformer", "--from", "run", "--data", "bad.txt"],
      ["check", "bad.txt", "--classes", "classes.json"],
      train + ["--data", "bad.txt", "--dry-run"],
      ["profile", "timesformer", "--data", "bad.txt", "--classes", "classes.json"],
      ["graph", "timesformer", "--data", "bad.txt", "--classes", "classes.json"],
    ]
    for command in commands {
      let result = try SluiceProgram.run(command, in: folder.path)
      let said = result.output + result.errors
      #expect(result.status == 1 && said.contains("bad.txt:2: ") && said.contains(fault.words), "\(command): \(said)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder("new")))
  }

  /// What only a part of the uses needs: a label for each clip.
  @Test(arguments: faults.filter { $0.line != "v1.mp4" }) func preTrainingAndShardsSayItToo(fault: Fault) throws {
    try prepare(fault)
    for command in [
      ["train", "maskfeat", "--data", "bad.txt", "--classes", "classes.json", "--steps", "1", "--out", "new"],
      ["preprocess", "bad.txt", "--classes", "classes.json", "--out", "new"],
    ] {
      let result = try SluiceProgram.run(command, in: folder.path)
      #expect(result.status == 1 && result.errors.contains("bad.txt:2: "), "\(command): \(result.errors)")
      #expect(result.errors.contains(fault.words), "\(command): \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder("new/metrics.jsonl")))
    }
  }

  @Test func classesOfTheModelAreClassesOfTheList() throws {
    try prepare(Self.faults[0])
    let result = try SluiceProgram.run(
      ["train", "timesformer", "--data", "train.txt", "--classes", "classes.json", "--set", "model.classCount=3"]
        + small,
      in: folder.path)
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      result.errors.contains("train.txt:4: class “down” has the number 3; model.classCount=3 has 3 classes"),
      "\(result.errors)")
  }
}
