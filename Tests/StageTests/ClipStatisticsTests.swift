import SluiceAugment
import SluiceMedia
import SluicePlatform
import SluiceSample
import SluiceSamples
import Testing

@Suite struct ClipStatisticsTests {
  private func noisyClip(frames: Int, width: Int, height: Int) -> DecodedClip {
    var random = KeyedRandom(seed: 5, epoch: 0, sample: 0, stage: "noise")
    let pictures = (0..<frames).map { _ -> VideoFrame in
      let bytes = (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      return VideoFrame(width: width, height: height, layout: .rgb, packed: bytes)
    }
    return DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: frames)), frames: pictures)
  }

  @Test func aClipsOwnMeanAndDeviationAreTakenOutOfEachColour() throws {
    let decoded = noisyClip(frames: 3, width: 20, height: 12)
    let augment = Augment(.centerCrop(8), normalization: .perClip(softening: 2))
    var worker = augment.makeWorker()
    let clip = try augment(decoded, worker: &worker, context: .sample(0))
    let values = clip.values.floats
    let area = 3 * 8 * 8
    for color in 0..<3 {
      let bytes = stride(from: color, to: clip.pixels.bytes.count, by: 3).map { Double(clip.pixels.bytes[$0]) }
      let mean = bytes.reduce(0, +) / Double(area)
      let deviation = (bytes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(area)).squareRoot()
      for (value, byte) in zip(values[color * area..<(color + 1) * area], bytes) {
        #expect(abs(Double(value) - (byte - mean) / (deviation + 2)) < 1e-4)
      }
    }
  }

  @Test func randomCropsReachEveryPlaceThatFits() throws {
    let decoded = noisyClip(frames: 1, width: 10, height: 9)
    let augment = Augment(.randomCrop(8))
    var worker = augment.makeWorker()
    var seen: Set<[UInt8]> = []
    for sample in 0..<200 {
      seen.insert(try augment(decoded, worker: &worker, context: .sample(sample)).pixels.bytes)
    }
    #expect(seen.count == 3 * 2)
    #expect(throws: AugmentError.tooSmall(width: 10, height: 9, wanted: 12)) {
      try Augment(.randomCrop(12))(decoded, worker: &worker, context: .sample(0))
    }
  }

  @Test func aStillFrameIsOnePictureRepeated() throws {
    let handle = ClipHandle(frames: NamedFrames(frameCount: 9))
    #expect(try StillFrame(count: 4, window: .center)(handle, context: .sample(0)).indices == [4, 4, 4, 4])
    let parts = StillFrame(count: 2, window: .center, windows: 3)
    #expect(try parts(handle, context: .sample(0)).indices == [1, 1, 4, 4, 7, 7])
    let drawn = try (0..<200).map { try StillFrame(count: 3)(handle, context: .sample($0)).indices }
    #expect(drawn.allSatisfy { Set($0).count == 1 && $0.count == 3 })
    #expect(Set(drawn.map { $0[0] }) == Set(0..<9))
    #expect(throws: SamplingError.self) {
      try StillFrame()(ClipHandle(frames: NamedFrames(frameCount: 0)), context: .sample(0))
    }
  }
}
