import SluiceAugment
import SluiceFlow
import SluiceSamples
import TestSupport
import Testing

/// Boxes of random area and shape whose sides may be exchanged, and what is done where none fits.
@Suite struct ExchangedBoxTests {
  private let crop = Augment(.resizedCrop(32, scale: 0.08...1, resampling: .pillowBilinear, draws: .exchanging))

  @Test func boxesAreInsideTheFrameAndOfTheDrawnArea() throws {
    var fallbacks = 0
    for (width, height) in [(64, 48), (40, 90), (33, 32), (150, 33), (1, 7)] {
      let size = PixelSize(width: width, height: height)
      for sample in 0..<200 {
        var draws = ElementContext.sample(sample, stage: "\(width)").random()
        let drawn = CropBox(exchanging: 10, in: size, scale: 0.08...1, ratio: 3 / 4...4 / 3, draws: &draws)
        guard let box = drawn else {
          fallbacks += 1
          continue
        }
        #expect(box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0)
        #expect(box.top + box.height <= height && box.left + box.width <= width)
        // Half a pixel of each side is rounding.
        let (tall, wide) = (Double(box.height), Double(box.width))
        #expect((tall + 0.5) * (wide + 0.5) >= 0.08 * Double(width * height))
        #expect((tall + 0.5) / max(wide - 0.5, 0.1) >= 3 / 4 && (wide + 0.5) / max(tall - 0.5, 0.1) >= 3 / 4)
      }
    }
    #expect(fallbacks > 5)
  }

  @Test func sidesAreExchangedForHalfOfTheBoxes() throws {
    let size = PixelSize(width: 64, height: 48)
    // Area 0.25, ratio 1.2; then whether they are exchanged, left, top.
    let (area, ratio) = ((0.25 - 0.08) / 0.92, (1.2 - 0.75) / (4.0 / 3 - 0.75))
    var plain = RecordedUniforms([area, ratio, 0.5, 0.5, 0])
    var exchanged = RecordedUniforms([area, ratio, 0.49, 0.5, 0])
    let boxes = (
      CropBox(exchanging: 10, in: size, scale: 0.08...1, ratio: 3 / 4...4 / 3, draws: &plain),
      CropBox(exchanging: 10, in: size, scale: 0.08...1, ratio: 3 / 4...4 / 3, draws: &exchanged)
    )
    // √(768 · 1.2) and √(768 / 1.2).
    #expect(boxes.0 == CropBox(top: 0, left: 17, height: 25, width: 30))
    #expect(boxes.1 == CropBox(top: 0, left: 20, height: 30, width: 25))
    #expect(plain.isExhausted && exchanged.isExhausted)
  }

  @Test func whereNoneFitsTheSquareIsAnywhereInTheResizedFrame() throws {
    // Ten times all of a wide frame's area, then left and top.
    let misses = [[Double]](repeating: [0.999, 0.5, 0.7], count: 10).flatMap { $0 }
    var draws = RecordedUniforms(misses + [0.5, 0])
    let wide = PixelSize(width: 160, height: 40)
    #expect(
      try crop.steps(for: wide, draws: &draws) == [
        .resize(CropBox(width: 160, height: 40), width: 128, height: 32, .pillowBilinear, isFlipped: false),
        .crop(CropBox(top: 0, left: 48, height: 32, width: 32), isFlipped: false),
      ])
    #expect(draws.isExhausted)
    // A frame that has the size already is only cut.
    draws = RecordedUniforms(misses + [0.999, 0])
    let cut = try crop.steps(for: PixelSize(width: 130, height: 32), draws: &draws)
    #expect(cut == [.crop(CropBox(top: 0, left: 98, height: 32, width: 32), isFlipped: false)])
  }

  @Test func everyFrameGivesASquare() throws {
    let worker = PixelWorker()
    for (number, size) in [(1, 1), (1, 300), (300, 1), (2, 3), (31, 33), (32, 32), (7, 200)].enumerated() {
      let clip = decodedClip(noise(3 * size.0 * size.1), height: size.1, width: size.0)
      for sample in 0..<20 {
        var draws = ElementContext.sample(sample, stage: "\(number)").random()
        let made = try crop.clip(clip, worker: worker, draws: &draws)
        #expect(made.pixels.width == 32 && made.pixels.height == 32)
      }
    }
  }
}
