import Foundation
import SluiceAugment
import SluiceFlow
import SluiceSamples
import Testing

/// RandAugment as imgaug has it: a mirror image, a crop, and some of eighteen operations.
@Suite struct ImgaugTests {
  private let augment = RandAugment.imgaug

  @Test func operationsAreDrawnWithoutReplacement() {
    let names = augment.policy.names
    #expect(names.count == 18 && Set(names).count == 18)
    // The first four times, of a list that becomes shorter.
    var draws = RecordedDraws(0, 0, 0, 0, integers: [0, 1, 2, 3])
    let operations = augment.operations(width: 224, height: 224, draws: &draws)
    #expect(draws.isExhausted)
    #expect(operations == [.autoContrast, .equalize, .invert], "the identity is one of the four")
    var all = RandAugment(.imgaug, operations: 40, magnitude: 7)
    all.flip = 0
    var random = ElementContext.sample(3).random()
    #expect(all.operations(width: 64, height: 64, draws: &random).count == 17)
  }

  @Test func strengthsAreThePublished() throws {
    let share = 7.0 / 30
    func operation(_ name: RandAugment.Name, isNegative: Bool = false) -> ImageOperation? {
      augment.operation(name, isNegative: isNegative, width: 224, height: 112)
    }
    #expect(operation(.identity) == nil)
    #expect(operation(.rotate) == .rotate(30 * share) && operation(.rotate, isNegative: true) == .rotate(-30 * share))
    #expect(operation(.posterize) == .posterize(bits: 7))
    #expect(operation(.solarize) == .solarize(threshold: 197))
    for (name, make) in [
      (RandAugment.Name.color, ImageOperation.saturation), (.contrast, ImageOperation.contrast),
      (.brightness, ImageOperation.brightness), (.sharpness, ImageOperation.sharpness),
    ] {
      #expect(operation(name) == make(1 + 0.9 * share) && operation(name, isNegative: true) == make(1 + 0.9 * -share))
    }
    #expect(operation(.shearX) == .shearX(tan(0.3 * share)) && operation(.shearY) == .shearY(tan(0.3 * share)))
    #expect(operation(.translateX) == .translateX(0.33 * 224 * share))
    #expect(operation(.translateY, isNegative: true) == .translateY(0.33 * 112 * -share))
    #expect(operation(.blur) == .blur && operation(.smooth) == .sharpness(0))
    // 20/32 of 7/30 of the shorter side, in the middle.
    #expect(operation(.cutout) == .cutout(CropBox(top: 48, left: 104, height: 16, width: 16)))
    let strongest = RandAugment(.imgaug, magnitude: 30)
    #expect(strongest.operation(.posterize, isNegative: false, width: 8, height: 8) == .posterize(bits: 2))
    #expect(strongest.operation(.contrast, isNegative: false, width: 8, height: 8) == .contrast(1.9))
  }

  @Test func aSquareThatIsCutOutStaysInTheFrame() {
    var draws = RecordedDraws(15, 0.999, 0, integers: [0])
    let one = RandAugment(.imgaug, operations: 1, magnitude: 30)
    #expect(
      one.operations(width: 64, height: 48, draws: &draws)
        == [.cutout(CropBox(top: 0, left: 48, height: 15, width: 16))])
    #expect(draws.isExhausted)
  }

  @Test func theMirrorImageComesBeforeTheCrop() throws {
    let size = PixelSize(width: 448, height: 224)
    // Not mirrored; top, right, bottom and left lose 2, 3, 4 and 5 of 224 parts.
    var draws = RecordedDraws(0.5, 2, 3, 4, 5)
    #expect(
      augment.framing(of: size, draws: &draws) == [
        .resize(
          CropBox(top: 2, left: 10, height: 218, width: 432), width: 448, height: 224, .bicubic, isFlipped: false)
      ])
    #expect(draws.isExhausted)
    var mirrored = RecordedDraws(0.49, 2, 3, 4, 5)
    #expect(
      augment.framing(of: size, draws: &mirrored) == [
        .resize(
          CropBox(top: 2, left: 6, height: 218, width: 432), width: 448, height: 224, .bicubic, isFlipped: true)
      ])
    var whole = RecordedDraws(0.1, 0, 0, 0, 0)
    #expect(
      augment.framing(of: size, draws: &whole) == [.crop(CropBox(width: 448, height: 224), isFlipped: true)])
    var never = augment
    never.flip = 0
    var none = RecordedDraws(0, 0, 0, 0, 0)
    #expect(never.framing(of: size, draws: &none).isEmpty)
  }

  @Test func aMirroredCropIsTheCropOfTheMirrorImage() throws {
    let (width, height) = (20, 16)
    let bytes = noise(3 * width * height, seed: 5)
    let frame = decodedClip(bytes, height: height, width: width)
    let reversed = decodedClip(
      (0..<3 * height).flatMap { Array(bytes[$0 * width..<($0 + 1) * width].reversed()) }, height: height, width: width)
    let large = RandAugment(.imgaug, operations: 0, magnitude: 60)
    func clip(_ clip: DecodedClip, _ chance: Double) throws -> [UInt8] {
      var draws = RecordedDraws(chance, 30, 20, 10, 44)
      return try Augment(.randAugment(large)).clip(clip, worker: PixelWorker(), draws: &draws).pixels.bytes
    }
    let (own, other) = (try clip(frame, 0.2), try clip(reversed, 0.7))
    // Positions are counted from the other end, so that a value may round the other way.
    #expect(zip(own, other).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    #expect(try clip(frame, 0.7) != own)
  }

  @Test(arguments: KernelLevel.available) func blurSmoothAndCutoutAreTheirDefinitions(_ level: KernelLevel) throws {
    for (width, height) in [(37, 23), (5, 5), (4, 9), (70, 6), (3, 3)] {
      let area = width * height
      let bytes = noise(3 * area)
      func applied(_ operation: ImageOperation) throws -> [UInt8] {
        let clip = decodedClip(bytes, height: height, width: width)
        return try level.run {
          planar(
            try Augment().clip(clip, steps: [.image(operation, .pillow)], worker: PixelWorker()).pixels.bytes,
            area: area)
        }
      }
      let (blurred, smooth) = (try applied(.blur), try applied(.sharpness(0)))
      let box = CropBox(top: 1, left: 2, height: 2, width: 1)
      let cut = try applied(.cutout(box))
      for index in 0..<3 * area {
        let (color, y, x) = (index / area, index / width % height, index % width)
        func sum(_ reach: Int, _ weight: (Int, Int) -> Int) -> Int? {
          guard y >= reach, x >= reach, y + reach < height, x + reach < width else { return nil }
          return (-reach...reach).reduce(0) { sum, v in
            (-reach...reach).reduce(sum) { $0 + weight(v, $1) * Int(bytes[color * area + (y + v) * width + x + $1]) }
          }
        }
        let ring = sum(2) { abs($0) == 2 || abs($1) == 2 ? 1 : 0 }
        let near = sum(1) { $0 == 0 && $1 == 0 ? 5 : 1 }
        #expect(Int(blurred[index]) == ring.map { ($0 + 8) / 16 } ?? Int(bytes[index]))
        #expect(Int(smooth[index]) == near.map { (2 * $0 + 13) / 26 } ?? Int(bytes[index]))
        let isCut = (1..<3).contains(y) && x == 2
        #expect(cut[index] == (isCut ? 128 : bytes[index]))
      }
    }
  }

  @Test func aClipIsTheSameForAnyWorkerAndDiffersBetweenSamples() throws {
    let clip = decodedClip(noise(2 * 3 * 32 * 32), height: 32, width: 32)
    let augment = Augment(.randAugment(.imgaug))
    func values(_ sample: Int) throws -> [Float] {
      var worker = augment.makeWorker()
      return try augment(clip, worker: &worker, context: .sample(sample)).values.floats
    }
    #expect(try values(1) == values(1))
    #expect(try Set((0..<12).map(values)).count > 8)
  }
}
