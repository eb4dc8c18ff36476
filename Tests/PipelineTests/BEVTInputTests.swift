import Foundation
import SluiceMedia
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// What BEVT reads besides what it is meant to read: images of every kind, streams without samples, weights of others.
@Suite struct BEVTInputTests {
  private static let small = ["--set", "batch.size=2", "--set", "model.dimension=8", "--seed", "4", "--threads", "1"]

  private func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }

  private func picture(_ width: Int, _ height: Int, _ layout: PixelLayout = .rgb) -> VideoFrame {
    let count = width * height * (layout == .rgb ? 3 : 1)
    return VideoFrame(
      width: width, height: height, layout: layout, packed: (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) })
  }

  @Test func imagesOfEveryKindAreReadAndThoseThatCannotBeAreNamed() throws {
    try withTemporaryFolder { folder in
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
      let images = folder + "/images"
      try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
      try picture(90, 70).write(to: images + "/color.png")
      try picture(90, 70, .gray).write(to: images + "/gray.jpg")
      // Smaller than the crop: it is enlarged.
      try picture(9, 5).write(to: images + "/tiny.png")
      try write(
        ImageBytes.png(width: 2, depth: 16, colorType: 2, samples: (0..<12).map { UInt8(20 * $0) }),
        images + "/deep.png")
      try write(
        ImageBytes.png(width: 2, depth: 8, colorType: 6, samples: [1, 2, 3, 0, 200, 100, 50, 128]),
        images + "/alpha.png")
      try write(ImageBytes.jpeg(components: [245, 195, 145, 235], adobe: 0), images + "/inks.jpg")
      try write(ImageBytes.jpeg(components: [245, 195, 145, 235], adobe: nil), images + "/unknown.jpg")
      let whole = [UInt8](try Data(contentsOf: URL(filePath: images + "/color.png")))
      try write(Array(whole[..<(whole.count / 2)]), images + "/cut.png")
      try picture(1, 20_000, .gray).write(to: images + "/line.png")
      let run = try SluiceProgram.run(
        [
          "train", "bevt-image", "--data", images, "--tokenizer", folder + "/dvae", "--epochs", "2", "--max-failures",
          "0.4", "--out", folder + "/run",
        ] + Self.small)
      #expect(run.status == 0 && run.output.contains("finished step 6"), "\(run.output)\(run.errors)")
      let failures = try String(contentsOfFile: folder + "/run/failures.csv", encoding: .utf8)
      for (name, reason) in [
        ("unknown.jpg", "the image has four colors"), ("cut.png", "its data is damaged or cut off"),
        ("line.png", "with its shorter side resized, more than 67108864 pixels"),
      ] {
        #expect(
          failures.split(separator: "\n").contains { $0.contains(name) && $0.contains(reason) }, "\(name): \(failures)")
      }
      for name in ["color.png", "gray.jpg", "tiny.png", "deep.png", "alpha.png", "inks.jpg"] {
        #expect(!failures.contains(name), "\(failures)")
      }
    }
  }

  @Test func aStreamWithoutSamplesIsRefused() throws {
    try withTemporaryFolder { folder in
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
      let list = try SampleVideos.write(2, to: folder)
      try FileManager.default.createDirectory(atPath: folder + "/nothing", withIntermediateDirectories: true)
      try "".write(toFile: folder + "/empty.txt", atomically: true, encoding: .utf8)
      try "# no path\n".write(toFile: folder + "/comment.txt", atomically: true, encoding: .utf8)
      for (file, sentence) in [
        ("/nothing", "the folder is empty; wanted: videos or images, or a list file"),
        ("/empty.txt", "the list is empty; wanted: one path on each line"),
        ("/comment.txt", "the list names no sample; wanted: one path on each line"),
        ("/none.txt", "there is no such list; check the path"),
      ] {
        for streams in [["--data", list, "--images", folder + file], ["--data", folder + file, "--images", list]] {
          let run = try SluiceProgram.run(
            ["train", "bevt", "--tokenizer", folder + "/dvae", "--steps", "1", "--out", folder + "/run"] + streams)
          #expect(run.status == 1 && run.errors.contains(folder + file + ": " + sentence), "\(run.errors)")
          #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
        }
      }
    }
  }

  @Test func theListsOfDivingAndSomethingSomethingAreRead() throws {
    try withTemporaryFolder { folder in
      _ = try SampleVideos.write(4, to: folder)
      let manager = FileManager.default
      for number in 0..<4 {
        try manager.copyItem(atPath: "\(folder)/clip \(number).mp4", toPath: "\(folder)/\(number + 70).webm")
        try manager.moveItem(atPath: "\(folder)/clip \(number).mp4", toPath: "\(folder)/d_\(number).mp4")
      }
      func text(_ text: String, _ name: String) throws -> String {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        return folder + "/" + name
      }
      func entry(_ number: Int) -> String {
        "{\"vid_name\": \"d_\(number)\", \"label\": \(10 * number), \"start_frame\": 0, \"end_frame\": 9}"
      }
      let diving = try text("[" + (0..<4).map(entry).joined(separator: ", ") + "]", "Diving48_V2_train.json")
      let phrases = (0..<48).map { "[\"Back\", \"\($0)som\", \"NoTwis\", \"FREE\"]" }
      let vocabulary = try text("[" + phrases.joined(separator: ", ") + "]", "Diving48_vocab.json")
      func trained(_ preset: String, in run: String, _ options: String...) throws -> SluiceProgram.Result {
        try SluiceProgram.run(
          [
            "train", "bevt-finetune", "--root", folder, "--steps", "1", "--out", folder + "/" + run, "--set",
            "recipe.preset=" + preset, "--set", "optimize.accumulation=1",
          ] + options + Self.small)
      }
      let first = try trained("diving48", in: "diving48", "--data", diving, "--classes", vocabulary)
      #expect(first.status == 0 && first.output.contains("finished step 1"), "\(first.errors)")
      let scores = folder + "/scores.safetensors"
      let evaluated = try SluiceProgram.run([
        "eval", "bevt-finetune", "--from", folder + "/diving48", "--data", diving, "--root", folder, "--views",
        "published", "--scores", scores, "--threads", "1",
      ])
      #expect(
        evaluated.status == 0 && evaluated.output.contains("3 views each"), "\(evaluated.output)\(evaluated.errors)")
      let something = try text((0..<4).map { "\($0 + 70).webm \($0 % 2)\n" }.joined(), "sthv2_train_list_videos.txt")
      let second = try trained("ssv2", in: "ssv2", "--data", something)
      #expect(second.status == 0 && second.output.contains("finished step 1"), "\(second.errors)")

      for (json, sentence) in [
        ("[\(entry(0)),\n{\"vid_name\": \"d_1\"}]", "unlabeled.json:2: no label; wanted: `path label`"),
        ("[\(entry(0)),\n{\"label\": 1}]", "an entry has no “vid_name”"),
        ("{\"vid_name\": \"d_0\", \"label\": 3}", "the file is of the wrong kind, an object"),
        ("[\(entry(0)), [1, 2]]", "an entry is of the wrong kind, a list; wanted: an object"),
      ] {
        let list = try text(json, "unlabeled.json")
        let run = try trained("diving48", in: "none", "--data", list, "--classes", vocabulary, "--format", "diving48")
        #expect(run.status == 1 && run.errors.contains(sentence), "\(json): \(run.errors)")
        #expect(!manager.fileExists(atPath: folder + "/none"))
      }
    }
  }

  @Test func weightsOfOtherWindowsHeadsAndDimensionsSayWhatDiffers() throws {
    try withTemporaryFolder { folder in
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
      let list = try SampleVideos.write(2, to: folder)
      func trained(_ system: String, _ options: String...) throws -> SluiceProgram.Result {
        try SluiceProgram.run(
          ["train", system, "--data", list, "--steps", "1", "--out", "\(folder)/\(system)", "--overwrite"] + options
            + (system == "bevt-finetune" ? [] : ["--tokenizer", folder + "/dvae"]) + Self.small)
      }
      for system in ["bevt", "bevt-image"] {
        let run = try trained(system)
        try #require(run.status == 0, "\(run.errors)")
      }
      func weights(_ system: String) -> String {
        "\(folder)/\(system)/checkpoints/step-000001/parameters.safetensors"
      }
      // Of clips, where those of images are wanted.
      let ofClips = folder + "/clips.safetensors"
      try FileManager.default.copyItem(atPath: weights("bevt"), toPath: ofClips)
      let flat = try trained("bevt-image", "--from", ofClips)
      #expect(
        flat.status == 1
          && flat.errors.contains(
            "backbone.patch_embed.proj.weight: the checkpoint has [8, 3, 2, 4, 4], the model [8, 3, 4, 4]"),
        "\(flat.errors)")
      #expect(
        flat.errors.contains("Configure the model as the checkpoint's was, or go on without these with --partial"))
      // The other way round they are inflated.
      let inflated = try trained("bevt-finetune", "--from", weights("bevt-image"))
      #expect(inflated.status == 0 && inflated.errors.contains("layout swin-images"), "\(inflated.errors)")
      // Other numbers of heads.
      let heads = try trained("bevt-finetune", "--from", ofClips, "--set", "model.headCounts=2 2 4 8")
      #expect(
        heads.status == 1
          && heads.errors.contains("relative_position_bias_table: the checkpoint has [63, 1], the model [63, 2]"),
        "\(heads.errors)")
      // Another window in time, which is resized if that is asked for.
      let steps = ["--from", ofClips, "--set", "model.windowSteps=2"]
      let window = try trained("bevt-finetune", steps[0], steps[1], steps[2], steps[3])
      #expect(
        window.status == 1 && window.errors.contains("the checkpoint has [63, 1], the model [27, 1]"),
        "\(window.errors)")
      let resized = try trained("bevt-finetune", steps[0], steps[1], steps[2], steps[3], "--resize-positions")
      #expect(resized.status == 0, "\(resized.errors)")
    }
  }
}
