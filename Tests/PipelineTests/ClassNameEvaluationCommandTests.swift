import Foundation
import SluiceCheckpoints
import SluiceTraining
import TestSupport
import Testing

/// `sluice eval bike` by every protocol, on the classes of the run and on others.
@Suite(.serialized) struct ClassNameEvaluationCommandTests {
  /// A run of a step, and what is evaluated on.
  private struct Evaluated {
    let runs: BIKERuns

    init(in folder: String) throws {
      runs = try BIKERuns(in: folder)
      let trained = try runs.train("bike", "--val", runs.list, "--steps", "1")
      try #require(trained.status == 0, "\(trained.errors)")
    }

    /// Videos and classes that the run does not know.
    func others(_ name: String, labels: [Int], names: [String]) throws -> (list: String, classes: String) {
      let (list, classes) = (runs.path(name + ".txt"), runs.path(name + ".csv"))
      try labels.enumerated().map { "\(runs.folder)/v\($0).mp4 \($1)\n" }.joined()
        .write(toFile: list, atomically: true, encoding: .utf8)
      try ("id,name\n" + names.enumerated().map { "\($0),\"\($1)\"\n" }.joined())
        .write(toFile: classes, atomically: true, encoding: .utf8)
      return (list, classes)
    }

    func run(_ options: [String], data: [String]? = nil) throws -> SluiceProgram.Result {
      try SluiceProgram.run(
        ["eval", "bike", "--from", runs.path("bike"), "--threads", "1"] + (data ?? ["--data", runs.list]) + options)
    }

    /// The lines in front of the tables.
    func lines(_ options: String..., data: [String]? = nil) throws -> [String] {
      let result = try run(options, data: data)
      try #require(result.status == 0, "\(options): \(result.errors)")
      return result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    func json(_ options: String..., data: [String]? = nil) throws -> JSONValue {
      let result = try run(options + ["--json"], data: data)
      try #require(result.status == 0, "\(options): \(result.errors)")
      return try JSONValue(json: result.output)
    }

    func errors(_ options: String..., data: [String]? = nil, status: Int32 = 1) throws -> String {
      let result = try run(options, data: data)
      #expect(result.status == status, "\(options): \(result.output)\(result.errors)")
      return result.errors
    }
  }

  @Test func everyProtocolPrintsThePublishedFiguresFirst() throws {
    try withTemporaryFolder { folder in
      let eval = try Evaluated(in: folder)
      let runs = eval.runs
      let top = /top-1 [0-9.]+ top-5 [0-9.]+ \((.*)\)/
      let general = try eval.lines("--protocol", "general", "--windows", "4", "--crops", "three")
      #expect(general[0].wholeMatch(of: top)?.1 == "reference: 8 clips, as 8 processes count", "\(general)")
      #expect(general[1].wholeMatch(of: top)?.1 == "each of 5 clips once, 12 views each", "\(general)")
      #expect(general.contains { $0.hasPrefix("moving left") }, "\(general)")

      let activityNet = try eval.lines("--protocol", "activitynet")
      #expect(activityNet[0].hasPrefix("top-1 ") && activityNet[0].contains(" mAP "), "\(activityNet)")
      #expect(activityNet[1].hasSuffix("(each of 5 clips once, one view each)"), "\(activityNet)")
      let charades = try eval.json("--protocol", "charades")
      #expect(charades["map"].double != nil && charades["map_running"].double != nil)
      #expect(charades["protocol"].string == "charades" && charades["views"].string == "published")

      let (list, classes) = try eval.others(
        "other", labels: [1, 0, 2, 1], names: ["a cat", "a dog", "a \"\"bird\"\""])
      let data = ["--data", list, "--classes", classes]
      let zeroShot = try eval.lines("--protocol", "zero-shot", data: data)
      #expect(zeroShot[0].hasPrefix("head: top-1 ") && zeroShot[1].hasPrefix("head: top-1 "), "\(zeroShot)")
      #expect(zeroShot[2].hasPrefix("full-classes: top-1 ") && zeroShot[2].contains(" top-5 "), "\(zeroShot)")
      #expect(
        zeroShot[3].hasPrefix("half-classes 10 splits: top-1 ") && zeroShot[3].contains(" ± "), "\(zeroShot)")
      #expect(zeroShot.contains { $0.hasPrefix("a \"bird\"") }, "\(zeroShot)")

      let second = try eval.others("second", labels: [0, 1], names: ["up", "down"])
      let lists = try eval.lines(
        "--protocol", "k600", data: data + ["--data", second.list, "--classes", second.classes])
      #expect(lists[0].hasPrefix("\(list): top-1 ") && lists[2].hasPrefix("\(second.list): top-1 "), "\(lists)")
      #expect(lists[4].hasPrefix("k600 2 lists: top-1 ") && lists[4].contains(" ± "), "\(lists)")

      #expect(try eval.json("--dense", "--protocol", "general")["samples"].int == 5)
      #expect(try eval.json("--views", "published")["windows"].int == 4)
      // What the run keeps fits itself.
      #expect(try eval.json("--merges", runs.clip + "/merges.txt.gz", "--clip", runs.clip)["samples"].int == 5)
    }
  }

  @Test func scoresAreProbabilitiesThatFuse() throws {
    try withTemporaryFolder { folder in
      let eval = try Evaluated(in: folder)
      let path = eval.runs.path("scores.safetensors")
      let json = try eval.json("--protocol", "general", "--scores", path)
      let scores = try SampleScores(reading: path)
      #expect(scores.unit == .probability && scores.labels == [0, 1, 2, 3, 4])
      #expect(scores.classes.prefix(2) == ["moving left", "moving right"] && scores.classes.count == 8)
      let right = (0..<5).count { sample in
        let row = scores.values[sample * 8..<(sample + 1) * 8]
        #expect(abs(row.reduce(0, +) - 1) < 1e-5)
        return row.firstIndex(of: row.max() ?? 0) == row.startIndex + scores.labels[sample]
      }
      #expect(json["top1"].double == Double(right) / 5)
      let fused = try SluiceProgram.run(["eval", "bike", "--fuse", path, path, "--json"])
      try #require(fused.status == 0, "\(fused.errors)")
      #expect(try JSONValue(json: fused.output)["top1"].double == json["top1"].double)

      let many = eval.runs.path("many.safetensors")
      _ = try eval.json("--protocol", "charades", "--scores", many)
      #expect(try SafetensorsFile(path: many).info("labels").shape == [5, 8])
    }
  }

  @Test func whatCannotBeIsSaidBeforeAnythingIsRead() throws {
    try withTemporaryFolder { folder in
      let eval = try Evaluated(in: folder)
      let (list, classes) = try eval.others("other", labels: [0, 4], names: ["a cat", "a dog"])
      let data = ["--data", list, "--classes", classes]
      #expect(
        try eval.errors("--protocol", "zero-shot", "--windows", "4").contains(
          "--protocol zero-shot: 4 views of each video (4 × center), and halves of the classes are compared by one."))
      #expect(
        try eval.errors("--protocol", "general", data: data).contains(
          "label 4 is outside the 2 classes of \(classes) (0 to 1)"))
      #expect(
        try eval.errors("--average", "score").contains(
          "--average score: networks that compare videos with names are measured by the mean of probabilities."))
      #expect(
        try eval.errors("--protocol", "k600", data: data).contains(
          "--protocol k600: there are 1 lists and 1 class files, wanted are several lists and a class file for each"))
      #expect(
        try eval.errors("--protocol", "general", data: data + data).contains(
          "--classes is there 2 times: only --protocol k600 has several lists with classes of their own. Give it once.")
      )
      #expect(
        try eval.errors("--classes", classes, "--classes", classes, status: 64).contains(
          "--classes is there 2 times, and 1 is wanted."))
      #expect(
        try eval.errors("--dual-softmax").contains(
          "--dual-softmax has no effect here: bike ranks no videos for captions. Leave it out."))
      let named = try eval.others("unnamed", labels: [0, 2], names: [])
      try #"{"cat": 0, "dog": 2}"#.write(toFile: named.classes, atomically: true, encoding: .utf8)
      #expect(
        try eval.errors("--protocol", "general", data: ["--data", named.list, "--classes", named.classes]).contains(
          "\(named.classes): class 1 has no name, and a prompt is made of each. Name all 3 of them."))
      let long = String(repeating: "moving left and right and up and down ", count: 20)
      let (other, longer) = try eval.others("long", labels: [0, 1], names: ["short", long])
      #expect(
        try eval.errors("--protocol", "general", data: ["--data", other, "--classes", longer]).contains(
          "This is a video about moving left and"))
      #expect(
        try eval.errors("--protocol", "general", data: ["--data", folder + "/none.txt"]).contains(
          "none.txt"))
    }
  }
}
