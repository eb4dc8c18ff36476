import Foundation
import SluiceCheckpoints
import SluiceMedia
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// Originals, masked inputs and reconstructions of runs that predict pixels.
@Suite struct PixelPreviewTests {
  private static let small = ["--set", "batch.size=2", "--steps", "1", "--threads", "1"]

  /// A square part of an image.
  private func part(_ frame: VideoFrame, column: Int, row: Int, side: Int) -> [UInt8] {
    let bytes = frame.packed()
    return (0..<side).flatMap { line -> [UInt8] in
      let start = 3 * ((row * (side + 4) + line) * frame.width + column * (side + 4))
      return Array(bytes[start..<start + 3 * side])
    }
  }

  /// The bytes of a token's square in a frame.
  private func token(_ image: Image, row: Int, column: Int, side: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in row * side..<(row + 1) * side {
      let start = 3 * (line * image.width + column * side)
      bytes += image.bytes[start..<start + 3 * side]
    }
    return bytes
  }

  private func train(_ system: String, _ list: String, _ options: [String], out: String) throws {
    let run = try SluiceProgram.run(["train", system, "--data", list, "--out", out] + options + Self.small)
    try #require(run.status == 0, "\(run.errors)")
  }

  @Test func everyRunThatPredictsPixelsIsShown() async throws {
    try await withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let cases: [(String, String, [String])] = [
        ("videomae", "videomae", ["--set", "model.imageSize=64"]),
        ("raw", "videomae", ["--set", "model.imageSize=64", "--set", "recipe.normalizesPixels=false"]),
        ("maskfeat", "maskfeat", ["--target", "pixels"]),
      ]
      for (name, system, options) in cases {
        let run = "\(folder)/\(name)"
        try train(system, list, options, out: run)
        let shown = try SluiceProgram.run([
          "show", "pixels", folder + "/clip 1.mp4", "--from", run, "--out", run + "-images", "--seed", "5",
        ])
        try #require(shown.status == 0, "\(name): \(shown.errors)")
        let stem = run + "-images/clip 1-pixels"
        #expect(shown.output == "\(stem).png\n\(stem).mp4\n")
        #expect(shown.errors.contains("tokens are hidden; mean squared error of what is predicted of them"))
        let asked = try SluiceProgram.run([
          "show", "pixels", folder + "/clip 1.mp4", "--from", run, "--out", folder + "/asked", "--seed", "5",
          "--checkpoint", "last", "--weights", "raw", "--partial", "--resize-positions",
        ])
        #expect(asked.status == 0, "\(name): \(asked.errors)")
        #expect(
          FileManager.default.contentsEqual(atPath: stem + ".png", andPath: folder + "/asked/clip 1-pixels.png"))

        let preview = try PixelPreview(from: run)
        let again = try await preview.shown(of: folder + "/clip 1.mp4", seed: 5)
        let panel = try VideoFrame(imageAt: stem + ".png")
        let side = (panel.width - 8) / 3
        #expect(again.frames.count == 16 && panel.height == 16 * (side + 4) - 4, "\(name)")
        #expect(try openFrames(path: stem + ".mp4").frameCount == 16)
        #expect(again.error.isFinite && again.error > 0)
        for (row, images) in again.frames.enumerated() {
          #expect(images.count == 3)
          for (column, image) in images.enumerated() {
            #expect(part(panel, column: column, row: row, side: side) == image.bytes)
          }
        }
        let hidden = try hiddenTokens(again, tokenSide: side == 64 || side == 112 ? 16 : 0)
        #expect(hidden == again.hiddenCount && hidden < again.tokenCount, "\(name)")
        if system == "videomae" { #expect(again.tokenCount == 128 && hidden == 8 * 14) }

        let other = try await preview.shown(of: folder + "/clip 1.mp4", seed: 6)
        #expect(other.frames.map { $0[1].bytes } != again.frames.map { $0[1].bytes }, "another seed hides other tokens")
        #expect(other.frames.map { $0[0].bytes } == again.frames.map { $0[0].bytes })

        let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
        #expect(
          !page.contains("No sample can be shown") && page.contains("Samples")
            && page.contains("reconstruction: Sample 2"), "\(name)")
      }
    }
  }

  /// Counts the tokens that are black, checking that all others are the original's in both images.
  private func hiddenTokens(_ shown: PixelPreview.Shown, tokenSide: Int) throws -> Int {
    try #require(tokenSide > 0)
    var hidden: Set<[Int]> = []
    for (frame, images) in shown.frames.enumerated() {
      let count = images[0].width / tokenSide
      for row in 0..<count {
        for column in 0..<count {
          let parts = images.map { token($0, row: row, column: column, side: tokenSide) }
          if parts[1].allSatisfy({ $0 == 0 }), parts[0] != parts[1] {
            hidden.insert([frame / 2, row, column])
          } else if parts[0] != parts[1] {
            Issue.record("frame \(frame), token \(row), \(column): neither hidden nor the original")
          } else if !parts[0].allSatisfy({ $0 == 0 }) {
            #expect(parts[2] == parts[0], "frame \(frame), token \(row), \(column)")
          }
        }
      }
    }
    return hidden.count
  }

  @Test func everyWrongInputHasASentence() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      try train("maskfeat", list, [], out: folder + "/hog")
      let vivit = try SluiceProgram.run(
        ["train", "vivit", "--data", list, "--out", folder + "/vivit", "--set", "model.depth=1"] + Self.small)
      try #require(vivit.status == 0, "\(vivit.errors)")
      func said(_ from: String, file: String = "clip 0.mp4") throws -> String {
        let shown = try SluiceProgram.run([
          "show", "pixels", "\(folder)/\(file)", "--from", from, "--out", folder + "/images",
        ])
        #expect(shown.status == 1, "\(from)")
        return shown.errors
      }
      #expect(
        try said(folder + "/vivit").contains(
          "is no run and no checkpoint that predicts pixels. Name one of videomae or simvtp, or with --target pixels."))
      #expect(try said(list).contains("is neither safetensors nor a file of PyTorch"))
      #expect(
        try said(folder + "/hog").contains(
          "predicts hog, and only predicted pixels can be shown here. 'sluice show masks' shows HOG, 'sluice show tokens' "
            + "visual tokens."))
      try train("videomae", list, ["--set", "model.depth=1"], out: folder + "/pixels")
      #expect(try said(folder + "/pixels", file: "missing.mp4").contains("missing.mp4"))
      let words = try SluiceProgram.run([
        "show", "pixels", folder + "/clip 0.mp4", "--from", folder + "/pixels", "--vocab", list,
      ])
      #expect(
        words.status == 1
          && words.errors.contains("--vocab \(list) has no effect here: videomae has no use for it. Leave it out."),
        "\(words.errors)")
    }
  }
}
