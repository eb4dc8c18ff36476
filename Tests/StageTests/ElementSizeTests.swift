import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceMask
import SluiceMedia
import SluiceSample
import SluiceSamples
import SluiceTokenize
import TestSupport
import Testing

/// What stages say of the size of what they give, beside the bytes of what they gave for a real video.
@Suite struct ElementSizeTests {
  private static let context = ElementContext.sample(0)

  /// A video of these pictures, opened as a list has it opened.
  private func withVideo(
    width: Int, height: Int, _ body: (_ handle: ClipHandle, _ size: ElementSize) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/clip.mp4"
      let area = width * height
      let pictures = (0..<40).map { number in
        VideoFrame(
          width: width, height: height, layout: .yuv420, packed: noise(area * 3 / 2, seed: UInt64(number + 1)))
      }
      let writer = try VideoWriter(path: path, like: pictures[0])
      for picture in pictures { try writer.append(picture) }
      try writer.finish()
      let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: path)]))
      try body(try clips.element(at: 0, context: Self.context), clips.outputSize(lookingAt: [0]))
    }
  }

  /// Neither less than there is, nor so much more that the sum of a graph means nothing.
  private func expect(
    _ size: ElementSize, fits byteCount: Int, within factor: Double, _ name: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let said = try #require(size.bytes, sourceLocation: location)
    #expect(
      byteCount <= said && Double(said) <= factor * Double(byteCount),
      "\(name): said are \(said), there are \(byteCount)",
      sourceLocation: location)
  }

  private func byteCount(_ clip: Clip) -> Int {
    clip.pixels.bytes.count + clip.values.floats.count * MemoryLayout<Float>.stride
  }

  @Test(arguments: [(64, 48), (176, 144), (46, 34)]) func everyStageSaysHowLargeWhatItGivesIs(
    width: Int, height: Int
  ) throws {
    try withVideo(width: width, height: height) { handle, opened in
      let sample = DenseFrames(count: 16, stride: 2)
      let selection = try sample(handle, context: Self.context)
      let selected = sample.outputSize(of: opened)
      let decoded = try Decode()(selection, context: Self.context)
      // The decoder's own pictures are counted, which nobody can see.
      let pictures = decoded.frames.reduce(0) { $0 + $1.packed().count }
      let decodedSize = Decode().outputSize(of: selected)
      try expect(decodedSize, fits: handle.frames.retainedBytes + pictures, within: 2.1, "decoded")

      for keepsPixels in [true, false] {
        let augment = Augment(.resizedCrop(32), .flip, keepsPixels: keepsPixels)
        var worker = augment.makeWorker()
        let clip = try augment(decoded, worker: &worker, context: Self.context)
        try expect(augment.outputSize(of: decodedSize), fits: byteCount(clip), within: 1, "clip")
      }
      let augment = Augment(.resizedCrop(32), .flip)
      var worker = augment.makeWorker()
      let clip = try augment(decoded, worker: &worker, context: Self.context)
      let clipSize = augment.outputSize(of: decodedSize)

      let masked = try CubeMask(ratio: 0.5, minimumPatches: 2)(clip, context: Self.context)
      let maskedSize = CubeMask().outputSize(of: clipSize)
      try expect(maskedSize, fits: byteCount(clip) + masked.mask.values.count, within: 1, "masked")

      let hog = HOGTarget(.central, frames: .centersOfCubes)
      var hogWorker = hog.makeWorker()
      let edges = try hog(masked, worker: &hogWorker, context: Self.context).target.values.floats.count * 4
      try expect(
        hog.outputSize(of: maskedSize), fits: byteCount(clip) + masked.mask.values.count + edges, within: 3, "HOG")

      let colors = try PixelTarget()(masked, context: Self.context).target.values.floats.count * 4
      try expect(
        PixelTarget().outputSize(of: maskedSize), fits: byteCount(clip) + masked.mask.values.count + colors, within: 2,
        "pixels")
    }
  }

  @Test func picturesOfNoStatedSizeAreOfUnknownSize() throws {
    try withVideo(width: 64, height: 48) { _, opened in
      let decoded = Decode().outputSize(of: DenseFrames(count: 16).outputSize(of: opened))
      #expect(decoded.bytes != nil)
      #expect(Augment(.flip).outputSize(of: decoded).bytes == nil)
      #expect(Augment(.shortSide(256)).outputSize(of: decoded).bytes == nil)
      #expect(Decode().outputSize(of: DenseFrames(count: 16).outputSize(of: ElementSize(bytes: 1000))).bytes == nil)
    }
  }
}
