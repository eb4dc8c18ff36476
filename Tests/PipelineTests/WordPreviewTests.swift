import Foundation
import SluiceDecode
import SluiceFlow
import SluiceMedia
import SluicePipelines
import SluiceText
import SluiceTraining
import TestSupport
import Testing

/// Hidden words and pixels, and what is predicted of them, in a terminal, as images and in reports.
@Suite struct WordPreviewTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  private static let captions = [
    "a red disc moves left", "a blue square turns", "two discs meet in the middle", "a red square moves up",
  ]

  /// Four videos with captions, a vocabulary of their words, and a run of `simvtp`.
  private func prepare(_ folder: String, _ options: String...) throws -> (list: String, run: String) {
    _ = try SampleVideos.write(Self.captions.count, to: folder)
    var entries: [String: Any] = [:]
    for (number, caption) in Self.captions.enumerated() {
      // The second of several captions is never shown.
      entries["\(folder)/clip \(number).mp4"] = number == 1 ? [caption, "another one"] : caption
    }
    let list = folder + "/list.json"
    try JSONSerialization.data(withJSONObject: entries, options: .sortedKeys).write(to: URL(filePath: list))
    let vocabulary = try Vocabulary.learned(from: Self.captions, size: 120)
    try vocabulary.fileText.write(toFile: folder + "/vocab.txt", atomically: true, encoding: .utf8)
    let run = try SluiceProgram.run(
      [
        "train", "simvtp", "--data", list, "--vocab", folder + "/vocab.txt", "--out", folder + "/run", "--steps", "2",
        "--threads", "1",
      ] + SimVTPRuns.small("simvtp") + options)
    try #require(run.status == 0, "\(run.errors)")
    return (list, folder + "/run")
  }

  /// The three lines of a sample: what is not hidden stays, what is hidden is `[mask]`.
  private func checkLines(_ lines: [String], caption: String) {
    #expect(lines.count == 3 && lines[0] == caption, "\(lines)")
    guard lines.count == 3 else { return }
    let (masked, predicted) = (lines[1].split(separator: " "), lines[2].split(separator: " "))
    #expect(masked.count == predicted.count && masked.first == "[CLS]" && masked.last == "[SEP]", "\(lines)")
    for (seen, read) in zip(masked, predicted) { #expect(seen == read || seen == "[mask]", "\(lines)") }
  }

  @Test func aCaptionIsShownInThreeLinesBesideThePixels() async throws {
    try await withTemporaryFolder { folder in
      let (_, run) = try prepare(folder)
      // The run keeps its vocabulary.
      try FileManager.default.moveItem(atPath: folder + "/vocab.txt", toPath: folder + "/own.txt")
      let file = folder + "/clip 1.mp4"
      let shown = try sluice(
        "show", "words", file, "--caption", "a blue disc moves up", "--from", run, "--out", folder + "/a", "--seed", "3"
      )
      try #require(shown.status == 0, "\(shown.errors)")
      let stem = folder + "/a/clip 1-words"
      let lines = shown.output.split(separator: "\n").map(String.init)
      #expect(lines.dropFirst(3) == ["\(stem).png", "\(stem).mp4"], "\(lines)")
      checkLines(Array(lines.prefix(3)), caption: "a blue disc moves up")
      let hidden = lines[1].split(separator: " ").count { $0 == "[mask]" }
      #expect(shown.errors.contains(" of \(hidden) hidden words are predicted."), "\(shown.errors)")

      let panel = try VideoFrame(imageAt: stem + ".png")
      let side = (panel.width - 8) / 3
      let count = try openFrames(path: stem + ".mp4").frameCount
      #expect(side == 32 && panel.width == 3 * side + 8 && panel.height == count * (side + 4) - 4 && count > 1)

      let asked = try sluice(
        "show", "words", file, "--caption", "a blue disc moves up", "--from", run, "--out", folder + "/b", "--seed",
        "3",
        "--checkpoint", "last", "--weights", "raw", "--partial", "--resize-positions", "--vocab", folder + "/own.txt")
      #expect(asked.status == 0 && asked.errors == shown.errors, "\(asked.errors)")
      #expect(FileManager.default.contentsEqual(atPath: stem + ".png", andPath: folder + "/b/clip 1-words.png"))

      let preview = try WordPreview(from: run)
      let again = try await preview.shown(of: file, caption: "a blue disc moves up", seed: 3)
      #expect(again.words.lines == Array(lines.prefix(3)) && again.words.hiddenCount == hidden && preview.showsPixels)
      #expect(Image.column(again.rows).bytes == panel.packed())
      var masks: Set<String> = []
      for seed in 0..<8 {
        masks.insert(
          try await preview.shown(of: file, caption: "a blue disc moves up", seed: UInt64(seed)).words.masked)
      }
      #expect(masks.count > 1, "another seed hides other words: \(masks)")
      for text in ["", "zzz"] {
        let plain = try await preview.shown(of: file, caption: text)
        #expect(plain.words.hiddenCount == 0 && plain.words.masked == plain.words.predicted, "\(text)")
      }
    }
  }

  @Test func samplesOfListsAndShardsAreShown() throws {
    try withTemporaryFolder { folder in
      let (list, run) = try prepare(folder)
      let shown = try sluice("show", "words", "--data", list, "--samples", "2", "--from", run, "--out", folder + "/a")
      try #require(shown.status == 0, "\(shown.errors)")
      let blocks = shown.output.components(separatedBy: "\n\n").map { $0.split(separator: "\n").map(String.init) }
      #expect(blocks.count == 2, "\(shown.output)")
      // Spread over the list: the first and the third of four.
      for (block, number) in zip(blocks, [0, 2]) {
        checkLines(Array(block.prefix(3)), caption: Self.captions[number])
        #expect(block.dropFirst(3).first == folder + "/a/clip \(number)-words.png")
      }
      let more = try sluice(
        "show", "words", "--data", list, "--from", run, "--out", folder + "/b", "--format", "captions")
      #expect(more.status == 0 && more.output.contains("\n\n\(Self.captions[1])\n"), "\(more.errors)")

      let stored = try sluice("preprocess", list, "--out", folder + "/shards")
      try #require(stored.status == 0, "\(stored.errors)")
      let shards = try sluice(
        "show", "words", "--data", folder + "/shards", "--samples", "2", "--from", run, "--out", folder + "/a2")
      #expect(shards.output == shown.output.replacing(folder + "/a/", with: folder + "/a2/"), "\(shards.errors)")
      for number in [0, 2] {
        let name = "clip \(number)-words.png"
        #expect(FileManager.default.contentsEqual(atPath: folder + "/a/" + name, andPath: folder + "/a2/" + name))
      }

      let only = folder + "/only.txt"
      try "clip 2\nclip 7\n".write(toFile: only, atomically: true, encoding: .utf8)
      let chosen = try sluice(
        "show", "words", "--data", list, "--only", only, "--from", run, "--out", folder + "/d")
      #expect(chosen.status == 0 && chosen.output.hasPrefix(Self.captions[2] + "\n"), "\(chosen.errors)")
      #expect(chosen.output.contains("\n\n") == false && chosen.errors.contains("note: 1 of the 2 videos of "))
      let table = folder + "/webvid.csv"
      try "videoid,contentUrl,duration,page_dir,name\n3,u,PT1S,p,a red ring\n".write(
        toFile: table, atomically: true, encoding: .utf8)
      let templated = try sluice(
        "show", "words", "--data", table, "--path-template", "clip {videoid}.mp4", "--root", folder, "--from", run,
        "--out", folder + "/e")
      #expect(templated.status == 0 && templated.output.hasPrefix("a red ring\n"), "\(templated.errors)")

      let relative = folder + "/relative.json"
      try #"{"clip 3.mp4": "a red square"}"#.write(toFile: relative, atomically: true, encoding: .utf8)
      let rooted = try sluice(
        "show", "words", "--data", relative, "--root", folder, "--from", run, "--out", folder + "/c")
      #expect(rooted.status == 0 && rooted.output.hasPrefix("a red square\n"), "\(rooted.errors)")
    }
  }

  @Test func theReportOfARunHasSamples() throws {
    try withTemporaryFolder { folder in
      let (_, run) = try prepare(folder)
      let page = try HTMLPage(contentsOf: run + "/report.html")
      #expect(page.all("h2").map(\.text).contains("Samples"))
      let rows = page.rows.filter { $0.first?.hasSuffix(".mp4") ?? false && $0.count == 4 }
      #expect(rows.map { $0[1] } == Self.captions)
      for row in rows { checkLines(Array(row.dropFirst()), caption: row[1]) }
      let images = page.all("img").filter { $0.attributes["src"]?.hasPrefix("data:image/png;base64,") ?? false }
      #expect(images.count == 3 * Self.captions.count)

      // Without their losses there is nothing to show of pixels, or of words.
      let words = try prepare(folder + "/words", losses: "text")
      let text = try sluice(
        "show", "words", folder + "/clip 0.mp4", "--caption", "a disc", "--from", words, "--out", folder + "/none")
      #expect(text.status == 0 && text.output.split(separator: "\n").count == 3, "\(text.output)")
      #expect(text.errors.contains("was trained without the loss of pixels: there are words to show, and no images."))
      #expect(try HTMLPage(contentsOf: words + "/report.html").all("img").isEmpty)
      let pixels = try prepare(folder + "/pixels", losses: "video")
      let refused = try sluice("show", "words", folder + "/clip 0.mp4", "--caption", "a disc", "--from", pixels)
      #expect(
        refused.status == 1
          && refused.errors.contains(
            "was trained without the loss of words, so there are none to show. Name a run whose recipe.losses have text."
          ),
        "\(refused.errors)")
    }
  }

  /// The same network predicts pixels beside words; a clip without a caption is shown with an empty one.
  @Test func pixelsAreShownAloneToo() async throws {
    try await withTemporaryFolder { folder in
      let (_, run) = try prepare(folder)
      let file = folder + "/clip 2.mp4"
      let shown = try sluice("show", "pixels", file, "--from", run, "--out", folder + "/a", "--seed", "5")
      try #require(shown.status == 0, "\(shown.errors)")
      #expect(shown.output == "\(folder)/a/clip 2-pixels.png\n\(folder)/a/clip 2-pixels.mp4\n")
      let preview = try PixelPreview(from: run)
      let again = try await preview.shown(of: file, seed: 5)
      #expect(again.hiddenCount > 0 && again.hiddenCount < again.tokenCount && again.error.isFinite)
      let panel = try VideoFrame(imageAt: folder + "/a/clip 2-pixels.png")
      #expect(Image.column(again.rows).bytes == panel.packed())
      // The run keeps its vocabulary; another one is refused.
      let vocabulary = folder + "/vocab.txt"
      let named = try sluice(
        "show", "pixels", file, "--from", run, "--out", folder + "/b", "--seed", "5", "--vocab", vocabulary)
      #expect(named.status == 0, "\(named.errors)")
      #expect(
        FileManager.default.contentsEqual(
          atPath: folder + "/a/clip 2-pixels.png", andPath: folder + "/b/clip 2-pixels.png"))
      let text = try String(contentsOfFile: vocabulary, encoding: .utf8)
      try text.replacing("\na\n", with: "\nzz\n").write(
        toFile: folder + "/other.txt", atomically: true, encoding: .utf8)
      let other = try sluice("show", "pixels", file, "--from", run, "--vocab", folder + "/other.txt")
      #expect(
        other.status == 1
          && other.errors.contains("is another vocabulary than the one that the weights were trained with"),
        "\(other.errors)")
      let words = try prepare(folder + "/words", losses: "text")
      let refused = try sluice("show", "pixels", file, "--from", words, "--out", folder + "/none")
      #expect(
        refused.status == 1
          && refused.errors.contains(
            "was trained without the loss of pixels, so there are none to show. Name a run whose recipe.losses have video."
          ),
        "\(refused.errors)")
    }
  }

  private func prepare(_ folder: String, losses: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try prepare(folder, "--set", "recipe.losses=\(losses)").run
  }

  @Test func everyWrongInputHasASentence() throws {
    try withTemporaryFolder { folder in
      let (list, run) = try prepare(folder)
      let file = folder + "/clip 0.mp4"
      func said(_ status: Int32, _ options: String...) throws -> String {
        let shown = try SluiceProgram.run(["show", "words", "--out", folder + "/images"] + options)
        #expect(shown.status == status && shown.output.isEmpty, "\(options): \(shown.errors)")
        return shown.errors
      }
      #expect(try said(64, "--from", run).contains("Name videos with a --caption, or a list of both with --data."))
      #expect(try said(64, file, "--data", list, "--from", run).contains("or a list of both with --data."))
      #expect(try said(64, file, "--from", run).contains("Say with --caption what is said of the videos."))
      #expect(
        try said(64, "--data", list, "--caption", "a", "--from", run).contains(
          "--caption is about videos that are named; --data has captions of its own."))
      for option in [
        ["--samples", "2"], ["--root", folder], ["--format", "captions"], ["--only", list],
        ["--path-template", "{videoid}.mp4"],
      ] {
        let errors = try SluiceProgram.run(["show", "words", file, "--caption", "a", "--from", run] + option).errors
        #expect(errors.contains("\(option[0]) is about --data. Leave it out."), "\(errors)")
      }
      let words = try String(contentsOfFile: folder + "/vocab.txt", encoding: .utf8)
      try words.replacing("\na\n", with: "\nzz\n").write(
        toFile: folder + "/other.txt", atomically: true, encoding: .utf8)
      #expect(
        try said(1, file, "--caption", "a", "--from", run, "--vocab", folder + "/other.txt").contains(
          "other.txt is another vocabulary than the one that the weights were trained with: token "))
      let plain = folder + "/plain.txt"
      try (file + "\n").write(toFile: plain, atomically: true, encoding: .utf8)
      #expect(
        try said(1, "--data", plain, "--from", run).contains(
          "no caption stands beside \(file), but nothing but the video"))
      #expect(try said(1, folder + "/none.mp4", "--caption", "a", "--from", run).contains("none.mp4"))
      let other = try sluice(
        "train", "maskfeat", "--data", plain, "--steps", "1", "--set", "batch.size=1", "--out", folder + "/hog")
      try #require(other.status == 0, "\(other.errors)")
      #expect(
        try said(1, file, "--caption", "a", "--from", folder + "/hog").contains(
          "is no run that predicts words. Name one of simvtp."))
    }
  }
}
