import SluiceAugment
import SluiceFlow
import SluiceMedia
import SluicePlatform
import SluiceSamples
import TestSupport
import Testing

/// A view that was stored shows what was drawn.
@Suite struct StoredViewTests {
  private func frames(_ layout: PixelLayout, width: Int, height: Int) -> DecodedClip {
    let count = layout.byteCount(width: width, height: height)
    let frames = (0..<2).map { index in
      VideoFrame(width: width, height: height, layout: layout, packed: noise(count, seed: UInt64(index + 1)))
    }
    return DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: 2)), frames: frames)
  }

  private func seen(_ clip: DecodedClip, as geometry: ViewGeometry) -> DecodedClip {
    let view = ClipView(number: 7, frames: [0, 1], geometry: geometry)
    return DecodedClip(handle: clip.handle.seen(as: view), frames: clip.frames)
  }

  private static let recipes: [(name: String, resampling: Resampling, operations: [AugmentOperation])] = {
    var recipes: [(String, Resampling, [AugmentOperation])] = [
      (
        "sides", .bicubic,
        [
          .shortSide(16...24, resampling: .bicubic, rounding: .nearest), .randomCrop(16, takesLast: false), .flip,
        ]
      ),
      ("whole", .antialiasedBilinear, [.shortSide(16, resampling: .antialiasedBilinear), .randomCrop(16), .flip]),
      ("cut alone", .bicubic, [.randomCrop(16), .flip]),
    ]
    for resampling in Resampling.allCases {
      recipes.append(
        ("box \(resampling)", resampling, [.resizedCrop(16, scale: 0.2...1, resampling: resampling), .flip]))
    }
    recipes.append(
      ("boxes", .pillowBilinear, [.multiScaleCrop(16, resampling: .pillowBilinear), .flip(probability: 1)]))
    return recipes
  }()

  @Test func aStoredViewGivesTheSameClipBitForBit() throws {
    var (mirrored, cut) = (0, 0)
    for (name, resampling, operations) in Self.recipes {
      for path in PixelPath.allCases {
        var live = Augment(normalization: .imagenet, path: path)
        live.operations = operations
        let stored = Augment(.storedView(16, resampling: resampling), normalization: .imagenet, path: path)
        for (number, size) in [(16, 16), (17, 31), (40, 20), (33, 33)].enumerated() {
          for layout in [PixelLayout.yuv420, .rgb] {
            let clip = frames(layout, width: size.0, height: size.1)
            let context = ElementContext.sample(number, stage: name)
            var draws = context.random()
            let steps = try live.steps(for: PixelSize(width: size.0, height: size.1), draws: &draws)
            let geometry = try ViewGeometry(steps, of: PixelSize(width: size.0, height: size.1), side: 16)
            #expect(geometry.fits(frameHeight: size.1, frameWidth: size.0, side: 16))
            #expect(ViewGeometry(geometry.numbers) == geometry)
            var worker = live.makeWorker()
            let drawn = try live(clip, worker: &worker, context: context)
            let shown = try stored(seen(clip, as: geometry), worker: &worker, context: .sample(0, stage: "other"))
            let isSame = drawn.pixels.bytes == shown.pixels.bytes && drawn.values.floats == shown.values.floats
            #expect(isSame, "\(name) \(path) \(size) \(layout) \(geometry)")
            #expect(drawn.view == nil && shown.view?.number == 7)
            if geometry.isMirrored { mirrored += 1 }
            if geometry.squareLeft > 0 { cut += 1 }
          }
        }
      }
    }
    #expect(mirrored > 20 && cut > 4, "\(mirrored) mirrored, \(cut) cut off the border")
  }

  @Test func whatIsNoViewIsNotStored() {
    let (size, whole) = (PixelSize(width: 40, height: 30), CropBox(width: 40, height: 30))
    let resize = PixelStep.resize(whole, width: 20, height: 16, .bicubic, isFlipped: false)
    let cases: [[PixelStep]] = [
      [resize, .resize(CropBox(width: 20, height: 16), width: 16, height: 16, .bicubic, isFlipped: false)],
      [.crop(CropBox(top: 0, left: 0, height: 20, width: 20), isFlipped: false), resize],
      [resize, .image(.invert)],
      [.crop(whole, isFlipped: true), .crop(CropBox(top: 0, left: 0, height: 16, width: 16), isFlipped: false)],
    ]
    for steps in cases {
      #expect(
        sentence { _ = try ViewGeometry(steps, of: size, side: 16) }
          == "a view is one resize, one crop and one mirroring; nothing else that was drawn can be stored")
    }
    #expect(
      sentence { _ = try ViewGeometry([resize], of: size, side: 16) }
        == "a view of 20×16 pixels, a square of 16 is wanted")
  }

  @Test func aViewOfOtherFramesIsRefused() throws {
    let stored = Augment(.storedView(16))
    var worker = stored.makeWorker()
    let clip = frames(.rgb, width: 20, height: 18)
    #expect(
      sentence { _ = try stored(clip, worker: &worker, context: .sample(0)) }
        == "a stored view of a clip that comes without one: choose one in the stage that chooses frames")
    let fitting = ViewGeometry(frameHeight: 18, frameWidth: 20)
    #expect(try stored(seen(clip, as: fitting), worker: &worker, context: .sample(0)).pixels.width == 16)
    func changed(_ change: (inout ViewGeometry) -> Void) -> ViewGeometry {
      var geometry = fitting
      change(&geometry)
      return geometry
    }
    let wrong = [
      changed { $0.height = 19 }, changed { $0.left = 1 }, changed { $0.squareTop = 3 }, changed { $0.width = 0 },
      changed { $0.top = -1 }, changed { $0.top = .max }, changed { $0.resizedWidth = 15 },
      changed { $0.squareLeft = .max },
      changed { $0.isCut = false }, changed { ($0.isResized, $0.isCut) = (true, false) },
    ]
    for geometry in wrong {
      #expect(!geometry.fits(frameHeight: 18, frameWidth: 20, side: 16))
      let said = sentence { _ = try stored(seen(clip, as: geometry), worker: &worker, context: .sample(0)) }
      #expect(
        said.hasSuffix("does not fit into frames of 20×18") && said.hasPrefix("a stored view of 16 pixels,"), "\(said)")
    }
    #expect(ViewGeometry([1, 2, 3]) == nil && ViewGeometry([0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1]) != nil)
    for column in 8..<11 {
      var numbers = fitting.numbers
      numbers[column] = 2
      #expect(ViewGeometry(numbers) == nil)
    }
  }

  @Test func nothingThatChangesBytesFollowsAViewInFloats() {
    var augment = Augment()
    augment.operations = [.storedView(16, resampling: .floatBilinear), .colorJitter()]
    #expect(
      sentence { try AugmentOperation.checkOrder(of: augment.operations) }
        == "operation 2 of 2 works on bytes, but a resize in floats comes before it. Put it last")
  }
}
