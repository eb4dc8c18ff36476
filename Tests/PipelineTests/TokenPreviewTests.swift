import Foundation
import SluiceCheckpoints
import SluiceMedia
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Predicted tokens and true ones, as images.
@Suite struct TokenPreviewTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  private static let small = ["--set", "batch.size=2", "--steps", "1", "--threads", "1"]

  /// Two videos, an image, a tokenizer, and the run of a system.
  private func prepare(_ folder: String) throws -> (list: String, images: String, dvae: String) {
    let list = try SampleVideos.write(2, to: folder)
    let images = try sluice("synth", folder + "/images", "--images", "2", "--seed", "1")
    try #require(images.status == 0, "\(images.errors)")
    _ = try RandomDVAE(.small, seed: 3).write(to: folder + "/dvae")
    return (list, folder + "/images", folder + "/dvae")
  }

  private func train(_ system: String, _ options: [String], out: String) throws {
    let run = try SluiceProgram.run(["train", system, "--out", out] + options + Self.small)
    try #require(run.status == 0, "\(run.errors)")
  }

  /// A square part of an image.
  private func part(_ frame: VideoFrame, column: Int, row: Int, side: Int) -> [UInt8] {
    let bytes = frame.packed()
    return (0..<side).flatMap { line -> [UInt8] in
      let start = 3 * ((row * (side + 4) + line) * frame.width + column * (side + 4))
      return Array(bytes[start..<start + 3 * side])
    }
  }

  @Test func everyRunThatPredictsTokensIsShown() async throws {
    try await withTemporaryFolder { folder in
      let (list, images, dvae) = try prepare(folder)
      let tokens = ["--data", list, "--tokenizer", dvae, "--target", "tokens"]
      let cases: [(String, [String], frames: Int)] = [
        ("bevt", ["--data", list, "--tokenizer", dvae, "--set", "model.dimension=8"], 8),
        ("bevt-image", ["--data", images, "--tokenizer", dvae, "--set", "model.dimension=8"], 1),
        ("videomae", tokens, 16), ("maskfeat", tokens, 16),
      ]
      for (system, options, frames) in cases {
        try train(system, options, out: "\(folder)/\(system)")
        let shown = try sluice(
          "show", "tokens", folder + "/clip 1.mp4", "--from", "\(folder)/\(system)", "--out",
          "\(folder)/\(system)-images",
          "--seed", "5")
        try #require(shown.status == 0, "\(system): \(shown.errors)")
        let stem = "\(folder)/\(system)-images/clip 1-tokens"
        #expect(shown.output == "\(stem).png\n\(stem).mp4\n")
        #expect(shown.errors.contains("hidden tokens are predicted,") && shown.errors.contains("most frequent word is"))
        let panel = try VideoFrame(imageAt: stem + ".png")
        let side = (panel.width - 12) / 4
        #expect(panel.width == 4 * side + 12 && panel.height == frames * (side + 4) - 4, "\(system)")
        #expect(try openFrames(path: stem + ".mp4").frameCount == frames)

        let asked = try sluice(
          "show", "tokens", folder + "/clip 1.mp4", "--from", "\(folder)/\(system)", "--out", folder + "/asked",
          "--seed",
          "5", "--checkpoint", "last", "--weights", "raw", "--partial", "--resize-positions")
        #expect(asked.status == 0, "\(system): \(asked.errors)")
        #expect(
          FileManager.default.contentsEqual(atPath: stem + ".png", andPath: folder + "/asked/clip 1-tokens.png"))

        // Hidden cells are black; where nothing is hidden both images of tokens are the same.
        let preview = try TokenPreview(from: "\(folder)/\(system)", tokenizer: dvae)
        let again = try await preview.shown(of: folder + "/clip 1.mp4", seed: 5)
        #expect(again.frames.count == frames && again.hiddenCount >= again.mostFrequentCount)
        #expect((0...again.hiddenCount).contains(again.rightCount) && again.hiddenCount > 0)
        for (row, shown) in again.frames.enumerated() {
          for (column, image) in shown.enumerated() {
            #expect(part(panel, column: column, row: row, side: side) == image.bytes)
          }
          let isSeen = shown[0].bytes == shown[1].bytes
          if isSeen { #expect(shown[2].bytes == shown[3].bytes) }
        }
        #expect(again.frames.contains { $0[0].bytes != $0[1].bytes })
        let other = try await preview.shown(of: folder + "/clip 1.mp4", seed: 6)
        #expect(other.frames.map { $0[1].bytes } != again.frames.map { $0[1].bytes }, "another seed hides other cells")
        #expect(other.frames.map { $0[3].bytes } == again.frames.map { $0[3].bytes })
      }
    }
  }

  @Test func everyWrongInputHasASentence() throws {
    try withTemporaryFolder { folder in
      let (list, _, dvae) = try prepare(folder)
      let run = folder + "/bevt"
      try train("bevt", ["--data", list, "--tokenizer", dvae, "--set", "model.dimension=8"], out: run)
      try train("maskfeat", ["--data", list], out: folder + "/hog")
      try train("bevt", ["--data", list, "--target", "pixels", "--set", "model.dimension=8"], out: folder + "/pixels")
      try train("vivit", ["--data", list, "--set", "model.depth=1"], out: folder + "/vivit")
      _ = try RandomDVAE(.small, seed: 4).write(to: folder + "/other")
      let manager = FileManager.default
      try manager.createDirectory(atPath: folder + "/half", withIntermediateDirectories: true)
      try manager.copyItem(atPath: dvae + "/encoder.safetensors", toPath: folder + "/half/encoder.safetensors")
      for (name, count) in [("narrow", 500), ("one", 1)] {
        try narrowDecoder(from: dvae + "/decoder.safetensors", to: "\(folder)/\(name).safetensors", words: count)
      }
      func said(_ from: String, _ options: String...) throws -> String {
        let shown = try SluiceProgram.run(
          ["show", "tokens", folder + "/clip 0.mp4", "--from", from, "--out", folder + "/images"] + options)
        #expect(shown.status == 1, "\(options)")
        return shown.errors
      }
      #expect(
        try said(run, "--tokenizer", folder + "/half").contains(
          "/half: the folder has none of decoder.safetensors, decoder.pkl, decoder.pth, decoder.pt. Name the file of the "
            + "decoder."))
      #expect(
        try said(run, "--tokenizer", folder + "/half/encoder.safetensors").contains("Name the file of the decoder."))
      #expect(
        try said(run, "--decoder", dvae + "/encoder.safetensors").contains(
          "encoder.safetensors is an encoder; the decoder is wanted. Name the other file."))
      #expect(
        try said(run, "--tokenizer", dvae + "/decoder.safetensors").contains(
          "decoder.safetensors is a decoder; the encoder is wanted. Name the other file."))
      #expect(
        try said(run, "--decoder", run + "/checkpoints/step-000001/parameters.safetensors").contains(
          "is no decoder of DALL-E's: it has no blocks.input.w. Name the file of the decoder."))
      #expect(
        try said(run, "--tokenizer", folder + "/other").contains(
          "and \(run) was trained with dVAE of 512 words, "))
      #expect(
        try said(run, "--decoder", folder + "/narrow.safetensors").contains(
          "narrow.safetensors decodes 500 words, and the encoder has 512. Name the decoder that belongs to it by --decoder."
        ))
      #expect(
        try said(run, "--decoder", folder + "/one.safetensors").contains("/one.safetensors: dVAE: vocabularySize 1,"))
      #expect(try said(folder + "/pixels").contains("predicts pixels, and only predicted tokens can be shown here."))
      #expect(
        try said(folder + "/hog").contains(
          "predicts hog, and only predicted tokens can be shown here. 'sluice show masks' shows the HOG of maskfeat and videomae."
        ))
      #expect(
        try said(folder + "/vivit").contains(
          "is no run that predicts visual tokens. Name one of bevt, bevt-image, or with --target tokens."))
      // A run whose encoder is gone, and a file that does not say.
      try manager.moveItem(atPath: dvae, toPath: folder + "/moved")
      #expect(try said(run).contains("dvae"))
      let moved = try sluice(
        "show", "tokens", folder + "/clip 0.mp4", "--from", run, "--tokenizer", folder + "/moved", "--out",
        folder + "/images")
      #expect(moved.status == 0, "\(moved.errors)")
      let masks = try sluice("show", "masks", folder + "/clip 0.mp4", "--from", run)
      #expect(masks.status == 1, "\(masks.errors)")
    }
  }

  @Test func aRunOnStoredTokensNeedsTheirEncoder() throws {
    try withTemporaryFolder { folder in
      let (list, _, dvae) = try prepare(folder)
      let set = folder + "/set"
      for command in [
        ["preprocess", list, "--out", set, "--token-views", "2"], ["shards", "tokens", set, "--tokenizer", dvae],
      ] {
        let made = try SluiceProgram.run(command)
        try #require(made.status == 0, "\(made.errors)")
      }
      try train("bevt", ["--data", set, "--tokenizer", set, "--set", "model.dimension=8"], out: folder + "/run")
      let shown = try sluice(
        "show", "tokens", folder + "/clip 0.mp4", "--from", folder + "/run", "--out", folder + "/a")
      #expect(
        shown.status == 1
          && shown.errors.contains(
            "was trained on tokens stored in \(set). Name the encoder that made them by --tokenizer."),
        "\(shown.errors)")
      let named = try sluice(
        "show", "tokens", folder + "/clip 0.mp4", "--from", folder + "/run", "--out", folder + "/a", "--tokenizer", dvae
      )
      #expect(named.status == 0, "\(named.errors)")
    }
  }

  /// A decoder of so many of the words.
  private func narrowDecoder(from path: String, to other: String, words count: Int) throws {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for info in file.tensors {
      let tensor = try file.tensor(info.name)
      tensors[info.name] = info.name == "blocks.input.w" ? tensor.slice(0..<count, axis: 1) : tensor
    }
    try SafetensorsFile.write(tensors, to: other)
  }
}
