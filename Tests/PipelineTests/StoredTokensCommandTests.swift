import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceShards
import SluiceTraining
import TestSupport
import Testing

/// A Python that can run `tokens.py`: `$SLUICE_PYTHON`, or the system's if it has numpy.
private let python: String? = {
  let candidates = [ProcessInfo.processInfo.environment["SLUICE_PYTHON"], "python3"].compactMap { $0 }
  return candidates.first { (try? runProgram($0, ["-c", "import numpy"]).status) == 0 }
}()

/// Runs a program of the search path to its end; what it says is short.
private func runProgram(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
  let (process, pipe) = (Process(), Pipe())
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  (process.standardOutput, process.standardError) = (pipe, pipe)
  try process.run()
  let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, output)
}

/// Tokens made once of views that are stored, from the command line.
@Suite struct StoredTokensCommandTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  private func done(_ arguments: String...) throws -> SluiceProgram.Result {
    let result = try SluiceProgram.run(arguments)
    try #require(result.status == 0, "\(arguments): \(result.errors)")
    return result
  }

  private func lines(_ run: String) throws -> [MetricsLog.Line] { try MetricsLog.lines(at: run + "/metrics.jsonl") }

  private static let small = ["--set", "batch.size=2", "--set", "model.dimension=8", "--seed", "4", "--threads", "1"]
  private static let plain = ["--set", "recipe.jitter=0", "--set", "recipe.imageCount=3"]

  /// Shards of five clips and of six images, each with views.
  private func prepare(_ folder: String) throws -> (clips: String, images: String) {
    let list = try SampleVideos.write(5, to: folder)
    _ = try done("synth", folder + "/images", "--images", "6", "--seed", "1")
    let clips = try done(
      "preprocess", list, "--out", folder + "/clips", "--token-views", "3", "--views-for", "bevt", "--seed", "7",
      "--set",
      "recipe.flip=0.25")
    #expect(
      clips.errors.contains("/clips/views.safetensors: 15 views of 5 clips for bevt, 8 frames of 64 pixels, "),
      "\(clips.errors)")
    _ = try done(
      "preprocess", folder + "/images", "--out", folder + "/stills", "--token-views", "2", "--views-for", "bevt-image",
      "--set", "recipe.flip=0.25")
    return (folder + "/clips", folder + "/stills")
  }

  @Test func tokensOfAnEncoderAreMadeOnceAndTrainedOn() throws {
    try withTemporaryFolder { folder in
      let (clips, stills) = try prepare(folder)
      for (name, seed) in [("dvae", "3"), ("other", "5")] {
        _ = try done("weights", "make", "dvae", "--out", "\(folder)/\(name)", "--size", "small", "--seed", seed)
      }
      for set in [clips, stills] {
        let made = try done("shards", "tokens", set, "--tokenizer", folder + "/dvae", "--workers", "2")
        #expect(made.output.contains("512 words of “dVAE of 512 words, "), "\(made.output)")
        #expect(try done("shards", "verify", set).errors.contains("all as written."))
      }
      let info = try done("shards", "info", clips).output
      #expect(
        info.contains("views     15 of 8 frames of 64 pixels for bevt, ") && info.contains("tokens    of 15 views, 512")
      )
      let json = try done("shards", "info", clips, "--json").output
      #expect(json.contains(#""vocabulary":512"#) && json.contains(#""recipe.flip":"0.25""#), "\(json)")

      // Again the same: nothing is drawn anew, so the tokens stay.
      let again = try done(
        "preprocess", folder + "/list.txt", "--out", clips, "--token-views", "3", "--seed", "7", "--set",
        "recipe.flip=0.25")
      #expect(again.errors.contains("they were there already."), "\(again.errors)")

      let common =
        [
          "train", "bevt", "--data", clips, "--images", stills, "--tokenizer", clips, "--epochs", "4", "--set",
          "recipe.flip=0.25", "--checkpoint-every", "1",
        ] + Self.small + Self.plain
      let whole = try SluiceProgram.run(common + ["--out", folder + "/whole"])
      try #require(whole.status == 0, "\(whole.errors)")
      let expected = try lines(folder + "/whole").map(\.metrics)
      #expect(expected.count == 10 && expected.allSatisfy { $0.keys.contains("mask_acc_2d") })
      let out = folder + "/killed"
      _ = try SluiceProgram.train(common, out: out, interruptedAfter: 4, by: SIGKILL)
      let resumed = try sluice("train", "bevt", "--resume", "--out", out, "--set", "decode.workers=3", "--threads", "2")
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try lines(out).map(\.metrics) == expected)

      let graph = try done(
        "graph", "bevt", "--data", clips, "--images", stills, "--tokenizer", clips, "--set",
        "recipe.flip=0.25", "--set", "recipe.jitter=0", "--dry-run")
      #expect(graph.output.contains("drawView2") && !graph.output.contains("secondView"), "\(graph.output)")
      #expect(graph.output.contains("parameters     ") && !graph.output.contains("not trained"), "no encoder is read")

      // The same tokens computed on the way are those of another run, and so are others in the same place.
      let computed = try sluice(
        "train", "bevt", "--resume", "--out", out, "--tokenizer", folder + "/dvae", "--epochs", "5")
      #expect(computed.status == 1 && computed.errors.contains("run.tokens"), "\(computed.errors)")
      let refused = try sluice("shards", "tokens", clips, "--tokenizer", folder + "/other")
      #expect(
        refused.status == 1 && refused.errors.contains("--replace takes them in their place."), "\(refused.errors)")
      let replaced = try done("shards", "tokens", clips, "--tokenizer", folder + "/other", "--replace")
      #expect(replaced.output.contains("/clips/tokens.safetensors: tokens of 15 views"))
      let other = try sluice("train", "bevt", "--resume", "--out", out, "--epochs", "5")
      #expect(other.status == 1 && other.errors.contains("All data of a run has tokens of one tokenizer."))
      let alone = try SluiceProgram.run(
        ["train", "bevt", "--data", clips, "--tokenizer", clips, "--steps", "2", "--set", "recipe.flip=0.25", "--out"]
          + [folder + "/alone"] + Self.small)
      #expect(alone.status == 0, "\(alone.errors)")
    }
  }

  @Test func tokensOfAnotherProgramComeInByATable() throws {
    try withTemporaryFolder { folder in
      let (clips, _) = try prepare(folder)
      let written = try done("shards", "views", clips, "--out", folder + "/views", "--size", "32", "--workers", "2")
      #expect(written.output.contains("15 views of 32×32 pixels in 1 file, and views.csv"), "\(written.output)")
      let table = try String(contentsOfFile: folder + "/views/views.csv", encoding: .utf8)
      #expect(table.hasPrefix("view,file,row,clip,path,frames,top,left,height,width,resized_height,resized_width,"))
      #expect(table.split(separator: "\n").count == 16)
      guard let python else {
        // In continuous integration the environment is set up, so a skip there is a failure.
        #expect(ProcessInfo.processInfo.environment["CI"] == nil, "no Python with numpy")
        print("skipped: no Python with numpy; set SLUICE_PYTHON")
        return
      }
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "tokens.py").path
      let program = try runProgram(python, [script, folder + "/views", folder + "/tokens"])
      try #require(program.status == 0, "\(program.output)")
      #expect(program.output.contains("15 views of 5 clips"))
      let added = try done("shards", "tokens", clips, "--add", folder + "/tokens")
      #expect(added.output.contains("tokens of 15 views, 64 words of “brightness”; the most frequent word is "))

      // What the program made is what is read.
      let pixels = try SafetensorsFile(path: folder + "/views/views-00000.safetensors")
      let bytes = try pixels.bytes("pixels")
      let tokens = try TokenTable(opening: TokenTable.path(in: clips))
      let (frame, view) = (3 * 32 * 32, 8 * 3 * 32 * 32)
      for (number, time, row, column) in [(0, 0, 0, 0), (7, 3, 2, 1), (14, 7, 3, 3)] {
        var sum = 0
        for pixel in 0..<64 {
          let start = number * view + time * frame + 3 * ((8 * row + pixel / 8) * 32 + 8 * column + pixel % 8)
          sum += bytes[start..<start + 3].reduce(0) { $0 + Int($1) }
        }
        #expect(try tokens.words(of: number)[(time * 4 + row) * 4 + column] == sum / 192 / 4)
      }
      let run = try SluiceProgram.run(
        ["train", "bevt", "--data", clips, "--tokenizer", clips, "--steps", "2", "--set", "recipe.flip=0.25", "--out"]
          + [folder + "/run"] + Self.small)
      #expect(run.status == 0, "\(run.errors)")
      // Of 64 words, not of 512.
      #expect(abs(try lines(folder + "/run")[0].loss - log(64.0)) < 1)

      // A damaged byte is found by those who look, and by the run that reads it.
      let path = TokenTable.path(in: clips)
      var stored = try Data(contentsOf: URL(filePath: path))
      let header = 8 + stored.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      stored[header + 4 * 15 + 40] ^= 1
      try stored.write(to: URL(filePath: path))
      let verified = try sluice("shards", "verify", clips)
      #expect(
        verified.status == 1
          && verified.output.contains("the tokens of view 0 do not have their checksum. Add them again."),
        "\(verified.output)")
    }
  }

  @Test func aLongerListKeepsTheTokensOfClipsThatStay() throws {
    try withTemporaryFolder { folder in
      let (clips, _) = try prepare(folder)
      _ = try done("weights", "make", "dvae", "--out", folder + "/dvae", "--size", "small", "--seed", "3")
      _ = try done("shards", "tokens", clips, "--tokenizer", folder + "/dvae")
      let views = try ViewTable(of: ShardSet(clips))
      let words = try (0..<15).map { try TokenTable(opening: TokenTable.path(in: clips)).words(of: $0) }
      // A new clip first, and the others the other way round.
      let list = folder + "/list.txt"
      try FileManager.default.copyItem(atPath: folder + "/clip 0.mp4", toPath: folder + "/new.mp4")
      let listed = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").reversed()
      try (["\(folder)/new.mp4\t3"] + listed.map(String.init)).map { $0 + "\n" }.joined()
        .write(toFile: list, atomically: true, encoding: .utf8)
      _ = try done("preprocess", list, "--out", clips)
      let stale = try sluice(
        "train", "bevt", "--data", clips, "--tokenizer", clips, "--steps", "1", "--out", folder + "/run")
      #expect(
        stale.status == 1 && stale.errors.contains("the views are of 5 clips, and the set has 6 now"), "\(stale.errors)"
      )
      #expect(try sluice("shards", "verify", clips).status == 1)
      let drawn = try done(
        "preprocess", list, "--out", clips, "--token-views", "3", "--seed", "7", "--set", "recipe.flip=0.25")
      #expect(
        drawn.errors.contains(
          "note: \(clips)/tokens.safetensors has tokens of 15 of them; `sluice shards tokens \(clips)` makes the others"
        ),
        "\(drawn.errors)")
      #expect(try sluice("shards", "verify", clips).status == 0)
      let early = try sluice(
        "train", "bevt", "--data", clips, "--tokenizer", clips, "--steps", "1", "--set", "recipe.flip=0.25", "--out",
        folder + "/run")
      #expect(
        early.status == 1 && early.errors.contains("it has tokens of 15 of 18 views: clips were added."),
        "\(early.errors)")
      let written = try done("shards", "views", clips, "--out", folder + "/views", "--missing", "--size", "32")
      #expect(written.output.contains("3 views of 32×32 pixels in 1 file, and views.csv"), "\(written.output)")
      let pixels = try SafetensorsFile(path: folder + "/views/views-00000.safetensors")
      #expect(try pixels.metadata["first"] == "0" && pixels.info("pixels").shape == [3, 8, 32, 32, 3])
      let made = try done("shards", "tokens", clips, "--tokenizer", folder + "/dvae")
      #expect(made.errors.contains("15 of 18 views have tokens already."), "\(made.errors)")
      let (more, tokens) = (try ViewTable(of: ShardSet(clips)), try TokenTable(opening: TokenTable.path(in: clips)))
      #expect(more.count == 18 && tokens.count == 18)
      // Clips that were there keep their views, and these their words.
      for view in 0..<15 {
        let (now, before) = (3 * (5 - view / 3) + view % 3, try views.view(view))
        #expect(try more.view(now).frames == before.frames && more.view(now).geometry == before.geometry)
        #expect(try tokens.words(of: now) == words[view])
      }
      let none = try sluice("shards", "views", clips, "--out", folder + "/none", "--missing")
      #expect(
        none.status == 1 && none.errors.contains("all 18 views have tokens. Leave out --missing"), "\(none.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
      _ = try SluiceProgram.run(
        ["train", "bevt", "--data", clips, "--tokenizer", clips, "--steps", "1", "--set", "recipe.flip=0.25", "--out"]
          + [folder + "/run"] + Self.small)
      #expect(try lines(folder + "/run").count == 1)

      // Drawn by another seed there is nothing to keep.
      let other = try done(
        "preprocess", list, "--out", clips, "--token-views", "3", "--seed", "8", "--set", "recipe.flip=0.25")
      #expect(
        other.errors.contains("has tokens of other views; make them anew by `sluice shards tokens"), "\(other.errors)")
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(1, to: folder)
      for option in [["--views-for", "bevt"], ["--seed", "1"], ["--set", "recipe.flip=0"]] {
        let run = try SluiceProgram.run(["preprocess", list, "--out", folder + "/set"] + option)
        #expect(
          run.status == 64
            && run.errors.contains(
              "\(option[0]) is about views, and none are drawn. Leave it out, or say how many by --token-views."),
          "\(run.errors)")
      }
      let unknown = try sluice(
        "preprocess", list, "--out", folder + "/set", "--token-views", "2", "--views-for", "vivit")
      #expect(unknown.status == 1 && unknown.errors.contains("vivit is trained on no tokens"), "\(unknown.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/set"))
      let neither = try sluice("shards", "tokens", folder + "/set")
      #expect(
        neither.status == 64 && neither.errors.contains("name either a table by --add, or an encoder by --tokenizer."))
      let both = try sluice("shards", "tokens", folder + "/set", "--add", "a", "--tokenizer", "b")
      #expect(both.status == 64)
      let idle = try sluice("shards", "tokens", folder + "/set", "--add", "a", "--workers", "2")
      #expect(
        idle.status == 64
          && idle.errors.contains("--workers is about computing tokens, and --add computes none. Leave it out."))
      _ = try done("preprocess", list, "--out", folder + "/set")
      for arguments in [
        ["views", folder + "/set", "--out", folder + "/views"], ["tokens", folder + "/set", "--add", "a"],
      ] {
        let run = try SluiceProgram.run(["shards"] + arguments)
        #expect(run.status == 1 && run.errors.contains("there are no stored views."), "\(run.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/views"))
      let bare = try sluice(
        "train", "bevt", "--data", folder + "/set", "--tokenizer", folder + "/set", "--steps", "1", "--out",
        folder + "/run")
      #expect(bare.status == 1 && bare.errors.contains("there are no stored views."), "\(bare.errors)")
    }
  }

  @Test func shardsGiveTheBatchesOfTheirFiles() throws {
    try withTemporaryFolder { folder in
      let (clips, stills) = try prepare(folder)
      _ = try done("weights", "make", "dvae", "--out", folder + "/dvae", "--size", "small", "--seed", "3")
      var seen: [[MetricsLog.Line]] = []
      for (name, data, images) in [
        ("files", folder + "/list.txt", folder + "/images"), ("shards", clips, stills),
      ] {
        let run = try SluiceProgram.run(
          [
            "train", "bevt", "--data", data, "--images", images, "--tokenizer", folder + "/dvae", "--epochs", "2",
            "--set",
            "recipe.imageCount=4", "--out", "\(folder)/\(name)",
          ] + Self.small)
        try #require(run.status == 0, "\(run.errors)")
        seen.append(try lines("\(folder)/\(name)"))
      }
      #expect(seen[0].count == 5 && seen[0].map(\.metrics) == seen[1].map(\.metrics))
      #expect(seen[0].map(\.gradientNorm) == seen[1].map(\.gradientNorm))
    }
  }
}
