import Foundation
import SluiceMedia
import SluicePipelines
import TestSupport
import Testing

/// `sluice predict --names` and `sluice show saliency`, on runs of `bike`.
@Suite struct SaliencyCommandTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  private static let names = ["left", "right", "up", "down"]

  /// Four videos of four classes, a tiny CLIP, and a run of a step on clips of four frames.
  private func prepare(_ folder: String, _ options: String...) throws -> String {
    let list = try SampleVideos.write(4, to: folder)
    try (Self.names.joined(separator: "\n") + "\n").write(
      toFile: folder + "/classes.txt", atomically: true, encoding: .utf8)
    let clip = try TinyCLIP.write(to: folder + "/clip")
    let run = try SluiceProgram.run(
      [
        "train", "bike", "--data", list, "--classes", folder + "/classes.txt", "--clip", clip, "--steps", "1",
        "--threads", "1", "--set", "batch.size=2", "--set", "recipe.frameCount=4", "--out", folder + "/run",
      ] + options)
    try #require(run.status == 0, "\(run.errors)")
    return folder + "/run"
  }

  private struct Entry: Decodable {
    struct Share: Decodable {
      let number: Int
      let name: String
      let share: Double
      let saliency: [Double]?
    }

    let file: String
    let classes: [Share]
    let frames: [Int]?
  }

  private func entries(_ arguments: [String]) throws -> [Entry] {
    let run = try SluiceProgram.run(["predict"] + arguments + ["--json"])
    try #require(run.status == 0, "\(arguments): \(run.errors)")
    return try JSONDecoder().decode([Entry].self, from: Data(run.output.utf8))
  }

  @Test func anyNamesHaveSharesAndEveryFrameCounts() async throws {
    try await withTemporaryFolder { folder in
      let run = try prepare(folder)
      let file = folder + "/clip 1.mp4"
      let words = ["a red disc", "a square that turns", "nothing"]
      let asked = [file, "--from", run, "--names", words.joined(separator: " , ")]
      let entry = try #require(try entries(asked).first)
      #expect(entry.file == file && Set(entry.classes.map(\.name)) == Set(words))
      #expect(entry.classes.map(\.share) == entry.classes.map(\.share).sorted(by: >))
      #expect(abs(entry.classes.reduce(0) { $0 + $1.share } - 1) < 1e-6)
      let frames = try #require(entry.frames)
      #expect(frames == frames.sorted() && frames.count == 4)
      for found in entry.classes {
        #expect(words[found.number] == found.name)
        let saliency = try #require(found.saliency)
        #expect(saliency.count == frames.count && abs(saliency.reduce(0, +) - 1) < 1e-4)
      }

      // The same for people: shares, then a table of the frames.
      let printed = try SluiceProgram.run(["predict"] + asked)
      let lines = printed.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 1 + 3 + 1 + frames.count, "\(printed.output)")
      #expect(lines.first == file && lines[1].hasSuffix(" %  " + entry.classes[0].name))
      #expect(lines[4].hasPrefix("  frame  ") && lines[4].hasSuffix(entry.classes[2].name), "\(lines)")
      #expect(lines.dropFirst(5).allSatisfy { $0.count { $0 == "%" } == 3 }, "\(lines)")

      // In a program.
      let prediction = try NamePrediction(from: run, names: words)
      let ranking = try #require(try await prediction.rankings(of: [file]).first)
      #expect(ranking.classes.map(\.number) == entry.classes.map(\.number) && ranking.frames == frames)

      // The run's own classes, those of a file, and several views.
      #expect(try entries([file, "--from", run]).first?.classes.map(\.name).sorted() == Self.names.sorted())
      #expect(try entries([file, "--from", run, "--top", "2"]).first?.classes.count == 2)
      try "id,name\n0,dog\n1,cat\n".write(toFile: folder + "/other.csv", atomically: true, encoding: .utf8)
      let other = try entries([file, "--from", run, "--classes", folder + "/other.csv"])
      #expect(other.first?.classes.map(\.name).sorted() == ["cat", "dog"])
      let views = try entries(asked + ["--windows", "2", "--crops", "three", "--average", "prob"])
      #expect(views.first?.frames?.count == 2 * frames.count)
      let published = try entries(asked + ["--views", "published", "--set", "decode.workers=1"])
      #expect((published.first?.frames?.count ?? 0) % frames.count == 0)
    }
  }

  @Test func framesAreShownAsTheyCount() throws {
    try withTemporaryFolder { folder in
      let run = try prepare(folder)
      let file = folder + "/clip 2.mp4"
      let shown = try sluice("show", "saliency", file, "--from", run, "--out", folder + "/a")
      try #require(shown.status == 0, "\(shown.errors)")
      let stem = folder + "/a/clip 2-saliency"
      #expect(shown.output == "\(stem).png\n\(stem).mp4\n")
      #expect(shown.errors.contains("\(file): below the frames ") && shown.errors.contains("most at frame "))
      let strip = try VideoFrame(imageAt: stem + ".png")
      let steps = try openFrames(path: stem + ".mp4")
      // A row of frames, and one with a bar for each of three classes.
      let side = (strip.height - 36) / 4
      #expect(strip.width == steps.frameCount * (side + 4) - 4, "\(strip.width)×\(strip.height)")

      let asked = try sluice(
        "show", "saliency", file, "--from", run, "--out", folder + "/b", "--top", "1", "--names", "a dog, a cat",
        "--checkpoint", "last", "--weights", "raw", "--partial", "--resize-positions")
      try #require(asked.status == 0, "\(asked.errors)")
      #expect(asked.errors.contains("below the frames a "), "\(asked.errors)")
      #expect(try VideoFrame(imageAt: folder + "/b/clip 2-saliency.png").height == 2 * side + 12)

      let page = try HTMLPage(contentsOf: run + "/report.html")
      #expect(page.all("h2").map(\.text).contains("Samples"))
      #expect(page.all("img").contains { $0.attributes["alt"]?.hasPrefix("what they count: ") ?? false })
    }
  }

  @Test func everyWrongInputHasASentence() throws {
    try withTemporaryFolder { folder in
      let run = try prepare(folder)
      let file = folder + "/clip 0.mp4"
      func said(_ status: Int32, _ command: String...) throws -> String {
        let shown = try SluiceProgram.run(command)
        #expect(shown.status == status && shown.output.isEmpty, "\(command): \(shown.errors)")
        return shown.errors
      }
      for command in [["predict"], ["show", "saliency"]] {
        func named(_ names: String) throws -> String {
          try SluiceProgram.run(command + [file, "--from", run, "--names", names]).errors
        }
        #expect(try named("left,,right").contains("a name is empty. Write them as in “left, right”."))
        #expect(try named("left, left").contains("“left” is there twice."))
        let long = try named("left, " + [String](repeating: "motion", count: 90).joined(separator: " "))
        #expect(long.contains("motion") && long.contains("77"), "\(long)")
      }
      #expect(
        try said(64, "predict", file, "--from", run, "--names", "left").contains(
          "--names left: one name alone has all of the share. Name two or more."))
      #expect(
        try said(64, "predict", file, "--from", run, "--names", "a, b", "--classes", folder + "/classes.txt").contains(
          "--names and --classes both say what videos may show. Leave one of them out."))
      #expect(
        try said(1, "predict", file, "--from", run, "--pipeline", "bike").contains(
          "--pipeline bike has no effect here: \(run) knows its pipeline. Leave it out."))
      #expect(
        try said(1, "predict", file, "--from", run, "--average", "score").contains(
          "--average score has no effect here: of several views the shares are averaged. Leave the option out."))
      #expect(
        try said(
          1, "predict", file, "--pipeline", "bike", "--from",
          run + "/checkpoints/step-000001/parameters.safetensors"
        ).contains(
          "bike compares videos with the words that its run keeps, so that its weights alone do not do. Name a run, or a "
            + "checkpoint of one, by --from."))
      #expect(try said(1, "predict", folder + "/none.mp4", "--from", run).contains("none.mp4"))

      let small = ["--set", "model.depth=1", "--set", "batch.size=2", "--steps", "1", "--threads", "1"]
      let vivit = try SluiceProgram.run(
        ["train", "vivit", "--data", folder + "/list.txt", "--out", folder + "/vivit"] + small)
      try #require(vivit.status == 0, "\(vivit.errors)")
      #expect(
        try said(1, "predict", file, "--from", folder + "/vivit", "--names", "a, b").contains(
          "--names has no effect here: \(folder)/vivit knows no classes but its own. Leave it out."))
      #expect(
        try said(1, "show", "saliency", file, "--from", folder + "/vivit").contains(
          "is no run that compares the frames of videos with texts. Name one of bike."))
    }
  }

  /// Where the mean of a video's frames is compared, there are shares, and nothing to show.
  @Test func aRunThatComparesMeansHasNothingToShow() throws {
    try withTemporaryFolder { folder in
      let run = try prepare(folder, "--set", "network.interaction=DP")
      let file = folder + "/clip 0.mp4"
      let entry = try #require(try entries([file, "--from", run, "--names", "left, right"]).first)
      #expect(entry.frames == nil && entry.classes.allSatisfy { $0.saliency == nil })
      let printed = try sluice("predict", file, "--from", run, "--names", "left, right")
      #expect(printed.output.split(separator: "\n").count == 3, "\(printed.output)")
      let shown = try sluice("show", "saliency", file, "--from", run, "--out", folder + "/a")
      #expect(
        shown.status == 1
          && shown.errors.contains(
            "compares the mean of a video's frames, or all of them at once, so that no frame counts by itself. Name a run with "
              + "the interaction VCS."),
        "\(shown.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/a"))
      #expect(try HTMLPage(contentsOf: run + "/report.html").all("img").isEmpty)
    }
  }
}
