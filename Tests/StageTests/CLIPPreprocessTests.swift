import SluiceAugment
import SluiceMedia
import SluicePlatform
import SluiceSamples
import TestSupport
import Testing

/// What CLIP sees of an image, bit for bit.
@Suite struct CLIPPreprocessTests {
  @Test func imagesArePreparedAsTheReferenceDoes() throws {
    try Golden.each("clip.preprocess") { file, check in
      let side = try #require(file.config["n_px"].int)
      for index in 0..<(try #require(file.config["sizes_hw"].array).count) where file.has("input.\(index).image") {
        let shape = try file.shape("input.\(index).image")
        let frame = VideoFrame(
          width: shape[1], height: shape[0], layout: .rgb, packed: try file.bytes("input.\(index).image"))
        let clip = DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: 1)), frames: [frame])
        func made(_ operations: AugmentOperation...) throws -> Clip {
          var augment = Augment(normalization: .clip)
          augment.operations = operations
          var draws = RecordedUniforms([])
          return try augment.clip(clip, worker: PixelWorker(), draws: &draws)
        }
        let resize = AugmentOperation.shortSide(side, resampling: .pillowBicubic)
        let resized = try made(resize)
        try check(
          "output.\(index).resized", resized.pixels.bytes, shape: [resized.pixels.height, resized.pixels.width, 3])
        let cropped = try made(resize, .centerCrop(side))
        try check("output.\(index).cropped", cropped.pixels.bytes, shape: [side, side, 3])
        try check("output.\(index).tensor", cropped.values.floats, shape: [3, side, side])
      }
    }
  }
}
