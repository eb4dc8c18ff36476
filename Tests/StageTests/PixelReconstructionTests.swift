import SluiceCheckpoints
import SluiceFlow
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import TestSupport
import Testing

/// Clips made of predicted pixels.
@Suite struct PixelReconstructionTests {
  @Test func predictionsBecomeTheFramesOfTheReference() throws {
    try Golden.each("simvtp.visualise") { file, check in
      let config = file.config
      let (frames, patch) = (try #require(config["frames"].int), try #require(config["patch"].int))
      let (height, width) = (try #require(config["img_size"][0].int), try #require(config["img_size"][1].int))
      let span = try #require(config["tubelet"].int)
      let target = PixelTarget(tubeletSize: span, patchSize: patch)
      let (means, deviations) = (try #require(config["mean"].doubles), try #require(config["std"].doubles))
      let shape = try file.shape("input.video")
      let clips = shape[0]
      let (video, predictions) = (try file.floats("input.video"), try file.floats("input.pred"))
      let (mask, plane) = (try file.bytes("input.mask"), frames * height * width)
      let tokens = mask.count / clips
      // The reference's order is [3, T, H, W], the frames' [T, H, W, 3].
      func planar(_ values: [Float]) -> [Float] {
        (0..<3).flatMap { color in (0..<plane).map { values[$0 * 3 + color] } }
      }
      var (original, masked, rebuilt): ([Float], [Float], [Float]) = ([], [], [])
      for clip in 0..<clips {
        let own = (0..<plane).flatMap { place in
          (0..<3).map { color in
            Float(Double(video[(clip * 3 + color) * plane + place]) * deviations[color] + means[color])
          }
        }
        let hidden = TokenMask(
          steps: frames / span, rows: height / patch, columns: width / patch,
          values: Array(mask[clip * tokens..<(clip + 1) * tokens]))
        let count = hidden.maskedCount
        let rows = Tensor(
          Array(predictions[clip * count * target.width..<(clip + 1) * count * target.width]),
          shape: [count, target.width])
        let values = Tensor(own, shape: [frames, height, width, 3])
        original += planar(own)
        rebuilt += planar(target.reconstruction(of: values, mask: hidden, prediction: rows).floats)
        // Values that are not normalized stand as they are: zeros are black.
        let black = PixelTarget(isNormalized: false, tubeletSize: span, patchSize: patch)
        masked += planar(black.reconstruction(of: values, mask: hidden, prediction: .zeros(rows.shape)).floats)
      }
      try check("output.original", original, shape: shape)
      try check("output.masked_view", masked, shape: shape)
      try check("output.reconstruction", rebuilt, shape: shape)
      try check("output.reconstruction_u8", rebuilt.map { PixelTarget.byte(of: Double($0)) }, shape: shape)
    }
  }

  private func clip(side: Int, frames: Int) -> PixelClip {
    let bytes = (0..<frames * side * side * 3).map { UInt8(truncatingIfNeeded: $0 * 7919 / 13) }
    return PixelClip(frameCount: frames, height: side, width: side, bytes: bytes)
  }

  /// A prediction that is exactly right gives the clip back, up to the rounding of its bytes; visible tokens stay whatever is
  /// predicted.
  @Test(arguments: [true, false]) func aRightPredictionIsTheClip(isNormalized: Bool) throws {
    let pixels = clip(side: 16, frames: 4)
    let mask = TokenMask(steps: 2, rows: 2, columns: 2, values: [0, 1, 1, 0, 1, 1, 0, 1])
    let target = PixelTarget(isNormalized: isNormalized, tubeletSize: 2, patchSize: 8)
    let masked = MaskedClip(clip: Clip(pixels: pixels, values: .zeros([3, 4, 16, 16])), mask: mask)
    let context = ElementContext(seed: 0, epoch: 0, sample: 0, identity: "", stage: "")
    let sample = try target(masked, context: context)
    let right = target.reconstruction(of: pixels, mask: mask, prediction: sample.target.values)
    let wrong = target.reconstruction(of: pixels, mask: mask, prediction: .full(sample.target.values.shape, -9))
    for index in pixels.bytes.indices {
      let (place, real) = (index / 3, Int(pixels.bytes[index]))
      let (frame, row, column) = (place / 256, place / 16 % 16, place % 16)
      let isHidden = mask.values[(frame / 2 * 2 + row / 8) * 2 + column / 8] != 0
      // What is above 0.996 has no byte of its own.
      if isHidden {
        #expect(abs(Int(right.bytes[index]) - min(real, 253)) <= 1, "\(index)")
        if !isNormalized { #expect(wrong.bytes[index] == 0, "\(index)") }
      } else {
        #expect(Int(right.bytes[index]) == real && Int(wrong.bytes[index]) == real, "\(index)")
      }
    }
    #expect(right.bytes != wrong.bytes)
  }

  @Test func valuesAreCutAndRoundedDown() {
    let bytes = [-1, .nan, 0, 0.9999 / 255, 1.0001 / 255, 0.5, 0.996, 1, .infinity].map { PixelTarget.byte(of: $0) }
    #expect(bytes == [0, 0, 0, 0, 1, 127, 253, 253, 253])
  }
}
