import SluiceAugment
import SluiceKernels
import SluiceMedia
import SluiceSamples
import Testing

/// The kernels against loops in double precision, on odd sizes, strides and all values.
@Suite struct PixelKernelTests {
  private static let layouts: [PixelLayout] = [.yuv420, .yuv422, .yuv444, .gray, .rgb]
  private static let colors = ColorDescription.Matrix.allCases.flatMap { matrix in
    ColorDescription.Range.allCases.map { ColorDescription(matrix: matrix, range: $0) }
  }

  private func frame(_ layout: PixelLayout, _ width: Int, _ height: Int, _ color: ColorDescription) -> VideoFrame {
    let count = (0..<layout.planeCount).reduce(0) {
      let size = layout.planeSize($1, width: width, height: height)
      return $0 + size.bytesPerRow * size.rows
    }
    return VideoFrame(
      width: width, height: height, layout: layout, color: color, packed: noise(count, seed: UInt64(width * height)))
  }

  private func clip(_ frame: VideoFrame, _ steps: [PixelStep]) throws -> PixelClip {
    let decoded = DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: 1)), frames: [frame])
    return try Augment().clip(decoded, steps: steps, worker: PixelWorker()).pixels
  }

  @Test(arguments: KernelLevel.available) func regionsBecomeRGBRoundedToNearest(_ level: KernelLevel) throws {
    for layout in PixelKernelTests.layouts {
      for (place, color) in PixelKernelTests.colors.enumerated() {
        let (width, height) = (35 + place, 22 + place % 3)
        let frame = frame(layout, width, height, color)
        let expected = NaiveConversion(frame)
        for box in [
          CropBox(width: width, height: height), CropBox(top: 3, left: 5, height: 7, width: 17),
          CropBox(top: height - 1, left: width - 1, height: 1, width: 1),
        ] {
          let own = try level.run { try clip(frame, [.crop(box, isFlipped: false)]) }.bytes
          for y in 0..<box.height {
            for x in 0..<box.width {
              let exact = expected.color(x: box.left + x, y: box.top + y)
              for channel in 0..<3 {
                let value = Double(own[(y * box.width + x) * 3 + channel])
                #expect(abs(value - min(max(exact[channel], 0), 255)) <= 0.501, "\(layout) \(color) \(x), \(y)")
              }
            }
          }
        }
      }
    }
  }

  /// Where chroma changes from row to row and has half the rows, swscale's bilinear path takes whole rows or the mean of
  /// two instead of weighting them 3 : 1, so chroma is constant down each column here; and colours beyond what video may
  /// hold overflow in it, so values are legal.
  @Test func conversionIsWithinOneLevelOfSwscale() throws {
    for layout in PixelKernelTests.layouts {
      for color in PixelKernelTests.colors {
        let (width, height) = (64, 48)
        var bytes: [UInt8] = []
        for plane in 0..<layout.planeCount {
          let size = layout.planeSize(plane, width: width, height: height)
          let isChroma = plane > 0 && layout == .yuv420
          let values = noise(size.bytesPerRow * size.rows, seed: UInt64(plane + 5)).map {
            16 + UInt8(Int($0) * 219 / 255)
          }
          bytes += values.indices.map { isChroma ? values[$0 % size.bytesPerRow] : values[$0] }
        }
        let frame = VideoFrame(width: width, height: height, layout: layout, color: color, packed: bytes)
        let own = try clip(frame, []).bytes
        let reference = frame.convertedToRGB().packed()
        let worst = zip(own, reference).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
        #expect(worst <= 1, "\(layout) \(color): \(worst) levels")
      }
    }
  }

  @Test(arguments: KernelLevel.available) func resizingIsTheWeightedSum(_ level: KernelLevel) throws {
    let frame = frame(.rgb, 75, 53, ColorDescription())
    let bytes = frame.packed()
    for filter in ResizeFilter.allCases {
      for antialias in [false, true] {
        for (width, height) in [(16, 16), (31, 7), (75, 53), (90, 61), (224, 3), (1, 1), (5, 120)] {
          let box = CropBox(top: 2, left: 3, height: 49, width: 70)
          let step = PixelStep.resize(
            box, width: width, height: height, Resampling(filter, antialias: antialias), isFlipped: true)
          let own = try level.run { try clip(frame, [step]) }.bytes
          let across = NaiveTaps(box.width, width, filter, antialias)
          let down = NaiveTaps(box.height, height, filter, antialias)
          for y in 0..<height {
            for x in 0..<width {
              for channel in 0..<3 {
                var sum = 0.0
                for (row, down) in down.taps[y] {
                  for (column, across) in across.taps[x] {
                    sum += down * across * Double(bytes[((box.top + row) * 75 + box.left + column) * 3 + channel])
                  }
                }
                let value = Double(own[(y * width + width - 1 - x) * 3 + channel])
                #expect(abs(value - min(max(sum, 0), 255)) <= 0.501, "\(filter) \(antialias) \(width)×\(height)")
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: KernelLevel.available) func variantsGiveTheSameClip(_ level: KernelLevel) throws {
    let operations: [ImageOperation] = [
      .brightness(1.3), .contrast(0.6), .saturation(1.7), .hue(0.13), .sharpness(1.9), .posterize(bits: 6),
      .solarize(threshold: 178.5), .autoContrast, .equalize, .rotate(9), .shearX(-0.09), .translateY(3.7),
    ]
    for (width, height) in [(97, 61), (64, 48), (340, 33)] {
      let frame = frame(.yuv420, width, height, ColorDescription())
      let box = CropBox(top: 1, left: 2, height: height - 3, width: width - 5)
      let steps =
        [PixelStep.resize(box, width: 47, height: 29, .bicubic, isFlipped: true)]
        + operations.map { PixelStep.image($0) }
      for count in 0...steps.count {
        let own = try level.run { try clip(frame, Array(steps[..<count])) }
        let plain = try KernelLevel.portable.run { try clip(frame, Array(steps[..<count])) }
        #expect(own.bytes == plain.bytes, "\(width)×\(height) after \(count) steps")
        let (values, bare) = try level.run {
          let decoded = DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: 1)), frames: [frame])
          func values(_ keepsPixels: Bool) throws -> [Float] {
            try Augment(keepsPixels: keepsPixels).clip(decoded, steps: Array(steps[..<count]), worker: PixelWorker())
              .values.floats
          }
          return (try values(true), try values(false))
        }
        let expected = (0..<3).flatMap { color in
          stride(from: color, to: own.bytes.count, by: 3).map { (Float(own.bytes[$0]) / 255 - 0.45) / 0.225 }
        }
        #expect(values == expected && bare == expected, "\(width)×\(height) after \(count) steps")
      }
    }
  }

  @Test(arguments: KernelLevel.available) func normalisedValuesAreTheRoundedQuotients(_ level: KernelLevel) {
    let bytes = (0..<515).map { UInt8($0 % 256) }
    for set in [Normalization.kinetics, .imagenet, .clip, .half] {
      for color in 0..<3 {
        let (mean, deviation) = (set.mean[color], set.deviation[color])
        var own = [Float](repeating: .nan, count: bytes.count)
        level.run { sluice_normalize(bytes, bytes.count, mean, deviation, &own) }
        #expect(own == bytes.map { (Float($0) / 255 - mean) / deviation })
      }
    }
  }

  @Test(arguments: KernelLevel.available) func interleavingIsUndoneBySplitting(_ level: KernelLevel) {
    for count in [0, 1, 15, 16, 17, 47, 48, 100, 1000] {
      let planes = noise(3 * count, seed: 9)
      var joined = [UInt8](repeating: 0, count: 3 * count)
      var split = [UInt8](repeating: 0, count: 3 * count)
      level.run {
        planes.withUnsafeBufferPointer { planes in
          guard let base = planes.baseAddress else { return }
          sluice_rgb_join(base, base + count, base + 2 * count, count, &joined)
        }
        split.withUnsafeMutableBufferPointer { split in
          guard let base = split.baseAddress else { return }
          sluice_rgb_split(joined, count, base, base + count, base + 2 * count)
        }
      }
      #expect(joined == (0..<3 * count).map { planes[$0 % 3 * count + $0 / 3] })
      #expect(split == planes)
    }
  }
}
