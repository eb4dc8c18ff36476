import SluiceAugment
import SluiceFlow
import SluiceMedia
import SluicePlatform
import SluiceSamples
import TestSupport
import Testing

/// Several crops of the same frames, and what a mirror image changes besides pixels.
@Suite struct TestCropTests {
  private func frames(_ layout: PixelLayout, width: Int, height: Int, labels: [Int] = []) -> DecodedClip {
    let count = layout.byteCount(width: width, height: height)
    let frames = (0..<2).map { index in
      VideoFrame(width: width, height: height, layout: layout, packed: noise(count, seed: UInt64(index + 1)))
    }
    return DecodedClip(
      handle: ClipHandle(frames: NamedFrames(frameCount: 2), labels: labels, captions: ["a clip"]), frames: frames)
  }

  @Test func placesAreQuartersOfTheRest() {
    for (width, height) in [(40, 30), (41, 33), (32, 32), (35, 90)] {
      let (frame, box) = (PixelSize(width: width, height: height), PixelSize(width: 30, height: 30))
      let places: [QuarterPlace] = [.topLeft, .topRight, .bottomLeft, .bottomRight, .center, .left, .right]
      #expect(Set(places) == Set(QuarterPlace.allCases))
      // The first seven of the thirteen that training with boxes of several scales has.
      #expect(places.map { $0.box(30, in: frame) } == Array(MultiScaleCrop.places(of: box, in: frame)[..<7]))
    }
    let wide = PixelSize(width: 37, height: 30)
    #expect(QuarterPlace.right.box(30, in: wide) == CropBox(top: 0, left: 4, height: 30, width: 30))
  }

  @Test func eachViewIsTheClipOfAStageOfItsOwn() throws {
    let views: [[AugmentOperation]] =
      QuarterPlace.allCases.map { [.quarterCrop(16, $0)] }
      + QuarterPlace.allCases.map { [.quarterCrop(16, $0), .flip(probability: 1)] }
      + [[.centerCrop(16)], [.centerCrop(9), .fixed(.invert)]]
    let context = ElementContext.sample(3)
    for resampling in [Resampling.pillowBicubic, .bilinear, .openCVBilinear] {
      for (path, layout) in [(PixelPath.exact, PixelLayout.yuv420), (.exact, .rgb), (.fast, .yuv420), (.exact, .gray)] {
        for (width, height) in [(40, 22), (17, 31), (20, 20)] {
          let clip = frames(layout, width: width, height: height, labels: [5])
          let whole = Augment(.shortSide(20, resampling: resampling), normalization: .clip, path: path)
          let stage = AugmentViews(whole, views)
          var worker = stage.makeWorker()
          let own = try stage(clip, worker: &worker, context: context)
          #expect(own.count == views.count)
          for (view, made) in zip(views, own) {
            var alone = whole
            alone.operations += view
            let expected = try alone(clip, worker: &worker, context: context)
            let isSame = expected.pixels.bytes == made.pixels.bytes && expected.values.floats == made.values.floats
            #expect(isSame, "\(view) of \(width)×\(height), \(layout), \(path), \(resampling)")
            #expect(made.labels == [5] && made.captions == ["a clip"])
          }
        }
      }
    }
  }

  @Test func viewsThatCannotBeHaveASentence() throws {
    let context = ElementContext.sample(0)
    let small = AugmentViews(Augment(.shortSide(12)), [[.quarterCrop(16, .left)]])
    var worker = small.makeWorker()
    let clip = frames(.rgb, width: 20, height: 18)
    #expect(throws: AugmentError.tooSmall(width: 13, height: 12, wanted: 16)) {
      try small(clip, worker: &worker, context: context)
    }
    let unrounded = AugmentViews(Augment(.shortSide(16, resampling: .floatBilinear)), [[.quarterCrop(16, .left)]])
    #expect(
      sentence { _ = try unrounded(clip, worker: &worker, context: context) }
        == "operation 2 of 2 works on bytes, but a resize in floats comes before it. Put it last")
    let none = DecodedClip(handle: clip.handle, frames: [])
    #expect(throws: AugmentError.empty(name: "clips/example.mp4")) {
      try small(none, worker: &worker, context: context)
    }
  }

  @Test func theBoundCountsAllViews() {
    var input = ElementSize(bytes: 0)
    input.frameCount = 8
    let stage = AugmentViews(Augment(.shortSide(20), keepsPixels: false), [[.centerCrop(16)], [.centerCrop(8)]])
    #expect(stage.outputSize(of: input).bytes == 8 * 12 * (16 * 16 + 8 * 8))
  }

  @Test func framesBecomeOneSizeWhateverTheyWere() throws {
    var draws = RecordedUniforms([])
    let augment = Augment(.resized(width: 32, height: 24, resampling: .pillowBicubic), .centerCrop(20))
    for (width, height) in [(64, 48), (20, 90), (33, 24)] {
      let steps = try augment.steps(for: PixelSize(width: width, height: height), draws: &draws)
      let whole = CropBox(width: width, height: height)
      let box = CropBox(top: 2, left: 6, height: 20, width: 20)
      #expect(
        steps == [
          .resize(whole, width: 32, height: 24, .pillowBicubic, isFlipped: false), .crop(box, isFlipped: false),
        ])
    }
    let unchanged = try augment.steps(for: PixelSize(width: 32, height: 24), draws: &draws)
    #expect(unchanged == [.crop(CropBox(top: 2, left: 6, height: 20, width: 20), isFlipped: false)])
  }

  @Test(arguments: KernelLevel.available) func grayIsTheLumaOfEachPixel(_ level: KernelLevel) throws {
    let clip = frames(.rgb, width: 37, height: 19)
    let worker = PixelWorker()
    func bytes(_ operations: [AugmentOperation], _ numbers: [Double]) throws -> [UInt8] {
      var augment = Augment()
      augment.operations = operations
      var draws = RecordedUniforms(numbers)
      return try level.run { try augment.clip(clip, worker: worker, draws: &draws).pixels.bytes }
    }
    let colors = try bytes([], [])
    let gray = try bytes([.gray(probability: 0.2)], [0.19])
    for pixel in stride(from: 0, to: colors.count, by: 3) {
      let (red, green, blue) = (Int(colors[pixel]), Int(colors[pixel + 1]), Int(colors[pixel + 2]))
      let luma = UInt8((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)
      #expect(Array(gray[pixel..<pixel + 3]) == [luma, luma, luma])
    }
    #expect(try bytes([.gray(probability: 0.2)], [0.2]) == colors)
  }

  @Test func aMirrorImageHasTheOtherLabel() throws {
    let exchange = LabelExchange([(3, 4), (7, 9)])
    #expect(exchange([3, 4, 5, 9]) == [4, 3, 5, 7] && exchange([]) == [])
    #expect(LabelExchange.somethingSomething([86, 87, 93, 94, 166, 167, 0]) == [87, 86, 94, 93, 167, 166, 0])
    func labels(_ label: Int, _ operations: AugmentOperation..., exchanging: Bool = true) throws -> [Int] {
      var augment = Augment()
      (augment.operations, augment.labelExchange) = (operations, exchanging ? exchange : nil)
      var worker = augment.makeWorker()
      return try augment(
        frames(.rgb, width: 40, height: 30, labels: [label]), worker: &worker, context: .sample(0)
      ).labels
    }
    let mirrored = AugmentOperation.flip(probability: 1)
    #expect(try labels(3, .centerCrop(16), mirrored) == [4] && labels(4, .resizedCrop(16), mirrored) == [3])
    #expect(try labels(3, mirrored) == [4] && labels(5, mirrored) == [5])
    #expect(try labels(3, .centerCrop(16)) == [3] && labels(3, .flip(probability: 0)) == [3])
    // Twice mirrored is as it was.
    #expect(try labels(3, .centerCrop(16), mirrored, mirrored) == [3])
    #expect(try labels(3, mirrored, .centerCrop(16), mirrored) == [3])
    #expect(try labels(3, .centerCrop(16), mirrored, exchanging: false) == [3])
  }
}
