import SluiceAugment
import SluiceMedia
import SluiceSamples
import Testing

/// The one-pass path against a loop in double precision, and against the exact path.
@Suite struct FusedPathTests {
  private static let layouts: [PixelLayout] = [.yuv420, .yuv422, .yuv444, .gray]

  private func frame(_ layout: PixelLayout, _ width: Int, _ height: Int, smooth: Bool = false) -> VideoFrame {
    var bytes: [UInt8] = []
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      let count = size.bytesPerRow * size.rows
      guard smooth else {
        bytes += noise(count, seed: UInt64(plane + width))
        continue
      }
      for y in 0..<size.rows {
        for x in 0..<size.bytesPerRow {
          let (right, down) = (x * width / size.bytesPerRow, y * height / size.rows)
          bytes.append(UInt8(60 + 40 * plane + right * 60 / width + down * 50 / height))
        }
      }
    }
    return VideoFrame(
      width: width, height: height, layout: layout, color: ColorDescription(matrix: .bt709), packed: bytes)
  }

  private func clip(_ frame: VideoFrame, _ steps: [PixelStep], path: PixelPath, keepsPixels: Bool = true) throws -> Clip
  {
    let decoded = DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: 1)), frames: [frame])
    return try Augment(normalization: .imagenet, path: path, keepsPixels: keepsPixels)
      .clip(decoded, steps: steps, worker: PixelWorker())
  }

  @Test(arguments: KernelLevel.available) func onePassIsTheDefinition(_ level: KernelLevel) throws {
    for layout in FusedPathTests.layouts {
      for (filter, isFlipped) in [(ResizeFilter.bilinear, false), (.bilinear, true), (.bicubic, false)] {
        for (width, height) in [(37, 21), (64, 48), (101, 67)] {
          let frame = frame(layout, width, height)
          let box = CropBox(top: 3, left: 5, height: height - 6, width: width - 9)
          let (across, down) = (33, 19)
          let steps = [
            PixelStep.resize(
              box, width: across, height: down, Resampling(filter, antialias: false), isFlipped: isFlipped)
          ]
          let own = try level.run { try clip(frame, steps, path: .fast) }
          let naive = NaiveFusion(frame, box: box, width: across, height: down, filter: filter)
          let floats = own.values.floats
          for y in 0..<down {
            for x in 0..<across {
              let expected = naive.color(x: isFlipped ? across - 1 - x : x, y: y)
              for color in 0..<3 {
                let byte = Double(own.pixels.bytes[(y * across + x) * 3 + color])
                #expect(abs(byte - expected[color]) <= 0.502, "\(layout) \(filter) \(x), \(y)")
                let set = Normalization.imagenet
                let value = (expected[color] / 255 - Double(set.mean[color])) / Double(set.deviation[color])
                #expect(abs(Double(floats[(color * down + y) * across + x]) - value) < 1e-4)
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: KernelLevel.available) func variantsGiveTheSameClip(_ level: KernelLevel) throws {
    let frame = frame(.yuv420, 171, 93)
    let box = CropBox(top: 7, left: 11, height: 80, width: 150)
    for (width, height) in [(16, 16), (224, 31), (5, 90)] {
      let steps = [PixelStep.resize(box, width: width, height: height, .bilinear, isFlipped: true)]
      let own = try level.run { try clip(frame, steps, path: .fast) }
      let plain = try KernelLevel.portable.run { try clip(frame, steps, path: .fast) }
      #expect(own.pixels.bytes == plain.pixels.bytes)
      #expect(own.values.floats == plain.values.floats)
    }
  }

  @Test func smoothPicturesAreWithinOneLevelOfTheExactPath() throws {
    let box = CropBox(top: 8, left: 20, height: 200, width: 250)
    for layout in FusedPathTests.layouts {
      let frame = frame(layout, 340, 256, smooth: true)
      for filter in ResizeFilter.allCases {
        let steps: [PixelStep] = [
          .resize(box, width: 224, height: 224, Resampling(filter, antialias: false), isFlipped: false),
          .image(.brightness(0.9)),
        ]
        let fast = try clip(frame, steps, path: .fast).pixels.bytes
        let exact = try clip(frame, steps, path: .exact).pixels.bytes
        let worst = zip(fast, exact).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
        #expect(worst <= 1, "\(layout) \(filter): \(worst) levels")
      }
    }
  }

  @Test func whatCannotBeFusedTakesTheExactPath() throws {
    let box = CropBox(top: 2, left: 4, height: 40, width: 50)
    let rgb = VideoFrame(width: 64, height: 48, layout: .rgb, packed: noise(64 * 48 * 3))
    let plain = [PixelStep.resize(box, width: 32, height: 32, .bicubic, isFlipped: false)]
    let smoothed = [PixelStep.resize(box, width: 32, height: 32, .antialiasedBicubic, isFlipped: false)]
    let cut = [PixelStep.crop(box, isFlipped: false)]
    for (frame, steps) in [(rgb, plain), (frame(.yuv420, 64, 48), smoothed), (frame(.yuv420, 64, 48), cut)] {
      let fast = try clip(frame, steps, path: .fast)
      let exact = try clip(frame, steps, path: .exact)
      #expect(fast.pixels.bytes == exact.pixels.bytes && fast.values.floats == exact.values.floats)
    }
  }

  @Test(arguments: PixelPath.allCases) func theCropIsMadeOnlyWhereItIsKept(path: PixelPath) throws {
    let steps = [
      PixelStep.resize(
        CropBox(width: 64, height: 48), width: 16, height: 16, .bilinear, isFlipped: false)
    ]
    let kept = try clip(frame(.yuv420, 64, 48), steps, path: path)
    let dropped = try clip(frame(.yuv420, 64, 48), steps, path: path, keepsPixels: false)
    #expect(kept.pixels.frameCount == 1 && dropped.pixels.frameCount == 0)
    #expect(kept.values.floats == dropped.values.floats)
  }
}

/// Luma and chroma resized one by one, then converted, in double precision.
private struct NaiveFusion {
  private let frame: VideoFrame
  private let planes: [[UInt8]]
  private let box: CropBox
  private let scale: (Double, Double)
  private let filter: ResizeFilter

  init(_ frame: VideoFrame, box: CropBox, width: Int, height: Int, filter: ResizeFilter) {
    self.frame = frame
    self.box = box
    self.filter = filter
    scale = (Double(box.width) / Double(width), Double(box.height) / Double(height))
    var rest = frame.packed()[...]
    planes = (0..<frame.layout.planeCount).map { plane in
      let size = frame.layout.planeSize(plane, width: frame.width, height: frame.height)
      defer { rest = rest.dropFirst(size.bytesPerRow * size.rows) }
      return Array(rest.prefix(size.bytesPerRow * size.rows))
    }
  }

  func color(x: Int, y: Int) -> [Double] {
    let position = ((Double(x) + 0.5) * scale.0 - 0.5, (Double(y) + 0.5) * scale.1 - 0.5)
    let luma = sample(0, position.0, position.1, in: box, offset: (box.left, box.top))
    guard frame.layout != .gray else { return [Double](repeating: min(max(luma, 0), 255), count: 3) }
    let column = min(max(position.0, 0), Double(box.width - 1)) + Double(box.left)
    let row = min(max(position.1, 0), Double(box.height - 1)) + Double(box.top)
    let size = frame.layout.planeSize(1, width: frame.width, height: frame.height)
    let whole = CropBox(width: size.bytesPerRow, height: size.rows)
    let place = (
      frame.layout == .yuv444 ? column : column / 2, frame.layout == .yuv420 ? (row - 0.5) / 2 : row
    )
    let u = (sample(1, place.0, place.1, in: whole, offset: (0, 0)) - 128) * 255 / 224
    let v = (sample(2, place.0, place.1, in: whole, offset: (0, 0)) - 128) * 255 / 224
    let bright = (luma - 16) * 255 / 219
    let red = bright + 2 * (1 - 0.2126) * v
    let blue = bright + 2 * (1 - 0.0722) * u
    let green = (bright - 0.2126 * red - 0.0722 * blue) / 0.7152
    return [red, green, blue].map { min(max($0, 0), 255) }
  }

  private func sample(_ plane: Int, _ x: Double, _ y: Double, in box: CropBox, offset: (Int, Int)) -> Double {
    let stride = frame.layout.planeSize(plane, width: frame.width, height: frame.height).bytesPerRow
    var sum = 0.0
    for (row, down) in taps(y, box.height) {
      for (column, across) in taps(x, box.width) {
        sum += down * across * Double(planes[plane][(row + offset.1) * stride + column + offset.0])
      }
    }
    return sum
  }

  private func taps(_ position: Double, _ length: Int) -> [(Int, Double)] {
    let floor = Int(position.rounded(.down))
    return (floor - 1...floor + 2).map { index in
      let distance = abs(position - Double(index))
      var weight = max(0, 1 - distance)
      if filter == .bicubic {
        let a = -0.75
        weight =
          distance < 1
          ? (a + 2) * distance * distance * distance - (a + 3) * distance * distance + 1
          : distance < 2 ? a * (distance * distance * distance - 5 * distance * distance + 8 * distance - 4) : 0
      }
      return (min(max(index, 0), length - 1), weight)
    }
  }
}
