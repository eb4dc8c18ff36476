import Foundation
import SluiceFlow
import SluiceMedia
import SluiceModels
import SluicePipelines
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import SluiceTraining
import TestSupport
import Testing

/// Images of what trained models see.
@Suite(.serialized) struct ImageTests {
  private static let quick = ["--set", "batch.size=2", "--threads", "1"]

  @Test func picturesAreJoinedWithAGap() {
    let dark = Image(width: 1, height: 2, bytes: [0, 0, 0, 1, 1, 1])
    let light = Image(width: 2, height: 2, bytes: (0..<12).map { 100 + UInt8($0) })
    let row = Image.row([dark, light], gap: 1)
    #expect(row.width == 4 && row.height == 2)
    let white: [UInt8] = [255, 255, 255]
    let first: [UInt8] = [0, 0, 0] + white + light.bytes[0..<6]
    let second: [UInt8] = [1, 1, 1] + white + light.bytes[6..<12]
    #expect(row.bytes == first + second)
    let column = Image.column([dark, dark], gap: 2)
    #expect(column.width == 1 && column.height == 6 && column.bytes[6..<12].allSatisfy { $0 == 255 })
  }

  /// A clip of stripes, its targets, and a prediction that is exactly right.
  @Test(arguments: [HOGTarget.Operator.central, .sobel])
  func aRightPredictionIsDrawnAsTheEdgesOfTheFrame(gradients: HOGTarget.Operator) throws {
    let (frames, side) = (4, 32)
    let bytes = (0..<frames * side * side).flatMap { place in
      [UInt8](repeating: place % side / 4 % 2 == 0 ? 20 : 220, count: 3)
    }
    let pixels = PixelClip(frameCount: frames, height: side, width: side, bytes: bytes)
    let clip = Clip(pixels: pixels, values: .zeros([3, frames, side, side]))
    let mask = TokenMask(steps: 2, rows: 2, columns: 2, values: [0, 0, 0, 0, 1, 0, 0, 0])
    let target = HOGTarget(gradients, frames: .firstOfSteps)
    var worker = target.makeWorker()
    let context = ElementContext(seed: 0, epoch: 0, sample: 0, identity: "", stage: "")
    let sample = try target(MaskedClip(clip: clip, mask: mask), worker: &worker, context: context)
    // Tokens of both steps: the first one's are not drawn.
    let prediction = Tensor.concatenated(
      [.zeros([1, 4, 108]), sample.target.values.reshaped(1, 4, 108)], axis: 1)
    let rows = MaskImages(target).rows(of: sample, prediction: prediction)
    #expect(rows.count == 1 && rows[0].width == 3 * 32 + 8 && rows[0].height == 32)
    func pixel(_ row: Int, _ column: Int) -> UInt8 { rows[0].bytes[(row * rows[0].width + column) * 3] }
    // Hidden above left, seen elsewhere; the frame is whole.
    #expect(pixel(3, 4) == 0 && pixel(3, 20) == 220 && pixel(20, 4) == 220 && pixel(3, 72 + 4) == 220)
    // Vertical edges: lines down the middle of each cell, nothing beside it.
    for cell in 0..<4 {
      let line = (0..<8).map { Int(pixel(8 * cell + 4, 36 + 8 * cell + $0)) }
      #expect(line[3] + line[4] > 100 && line[0] + line[1] + line[6] + line[7] == 0, "\(line)")
    }
  }

  @Test func masksAndAttentionAreWrittenAsPicturesAndVideo() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      for (system, settings) in [
        ("maskfeat", [String]()), ("timesformer", ["--set", "model.depth=1"]),
        ("vivit", ["--set", "model.depth=1", "--set", "model.attention=joint_space_time"]),
      ] {
        let run = try SluiceProgram.run(
          ["train", system, "--data", list, "--steps", "1", "--out", "\(folder)/\(system)"] + Self.quick + settings)
        #expect(run.status == 0, "\(run.errors)")
      }
      let file = folder + "/clip 1.mp4"
      let masks = try SluiceProgram.run(["show", "masks", file, "--from", folder + "/maskfeat", "--out", folder + "/a"])
      #expect(masks.status == 0 && masks.output == "\(folder)/a/clip 1-masks.png\n", "\(masks.errors)")
      let rows = try VideoFrame(imageAt: folder + "/a/clip 1-masks.png")
      #expect(rows.width == 3 * 112 + 8 && (rows.height + 4) % 116 == 0)

      for (system, count, heads) in [("timesformer", 8, 4), ("vivit", 16, 4)] {
        let shown = try SluiceProgram.run([
          "show", "attention", file, "--from", "\(folder)/\(system)", "--out", "\(folder)/\(system)-pictures",
        ])
        #expect(shown.status == 0, "\(shown.errors)")
        let panel = try VideoFrame(imageAt: "\(folder)/\(system)-pictures/clip 1-attention.png")
        #expect(panel.width == (2 + heads) * 100 - 4 && panel.height == count * 100 - 4)
        let video = try openFrames(path: "\(folder)/\(system)-pictures/clip 1-attention.mp4")
        #expect(video.frameCount == count)
      }
      let pooled = try SluiceProgram.run(["show", "attention", file, "--from", folder + "/maskfeat"])
      #expect(
        pooled.status == 1
          && pooled.errors.contains(
            "is no run of a classifier, whose attention could be shown. Name one of timesformer or vivit."),
        "\(pooled.errors)")
    }
  }

  @Test func theMapsOfEveryStepSumUpWithTheClassToken() throws {
    for attention in [SpaceTimeConfiguration.Attention.divided, .joint, .spaceOnly] {
      var network = SpaceTimeConfiguration(frameCount: 4, attention: attention)
      (network.imageSize, network.dimension, network.headCount, network.depth) = (32, 16, 2, 2)
      let model = try TimeSformer(network)
      model.parameters.initialize(seed: 3)
      let values: [Float] = (0..<12_288).map { place in Float(place * 7919 % 1000) / 500 - 1 }
      let clips = Tensor(values, shape: [1, 3, 4, 32, 32])
      let maps = try model.attentionMaps(of: clips)
      #expect(maps.count == 4 && maps[0].headCount == 2 && maps[0].values.count == 8)
      // What is left to 1 is the class token's own.
      let sums: [Float] = maps.map { map in map.values[0..<4].reduce(0, +) }
      let whole: [Float] = attention == .joint ? [sums.reduce(0, +)] : sums
      #expect(whole.allSatisfy { $0 > 0.5 && $0 < 1 }, "\(attention): \(whole)")
    }
  }
}
