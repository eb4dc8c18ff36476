import SluiceAugment
import SluiceCheckpoints
import SluiceKernels
import SluiceMedia
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// Resizes in the arithmetic of image libraries, and boxes of several scales.
@Suite struct ResamplingTests {
  @Test(arguments: KernelLevel.available) func cropsAndResizesAreTheReferences(_ level: KernelLevel) throws {
    try Golden.each("videomae.crop_resize") { file, check in
      try level.run {
        for entry in try #require(file.config["multiscale"].array) { try checkMultiScale(entry, file, check) }
        for (name, side) in try #require(file.config["shortside"].object) {
          let clip = decoded(try file.bytes("input.cv2_frames"), try file.shape("input.cv2_frames"))
          let operation = AugmentOperation.shortSide(try #require(side.int), resampling: .openCVBilinear)
          try check("output.\(name)", try pixels(clip, [operation]).bytes)
        }
        try checkFloatCrop(file, check)
      }
    }
  }

  private func checkMultiScale(_ entry: JSONValue, _ file: GoldenFile, _ check: GoldenChecker) throws {
    let index = try #require(entry["index"].int)
    let frame = PixelSize(width: try #require(entry["width"].int), height: try #require(entry["height"].int))
    let crop = MultiScaleCrop(size: try #require(entry["input_size"].int))
    let sizes = crop.sizes(in: frame)
    #expect(sizes.map { [$0.width, $0.height] } == entry["pairs_w_h"].array?.map { $0.array?.compactMap(\.int) })
    for size in sizes {
      let places = MultiScaleCrop.places(of: size, in: frame)
      let wanted = entry["offsets"]["\(size.width)x\(size.height)"].array?.map { $0.array?.compactMap(\.int) }
      #expect(places.map { [$0.left, $0.top] } == wanted, "\(size)")
    }
    let chosen = [try #require(entry["chosen_pair"].double), try #require(entry["chosen_offset"].double)]
    let recorded = [(chosen[0], Double(sizes.count - 1)), (chosen[1], 12)].map {
      RecordedDraws.Draw(value: $0.0, isInteger: true, bounds: (0, $0.1))
    }
    var draws = RecordedDraws(recorded)
    let box = crop.box(in: frame, draws: &draws)
    #expect([box.left, box.top, box.width, box.height] == entry["crop_box_xywh"].array?.compactMap(\.int))
    guard check.wants("output.frames_\(index)") else { return }
    let clip = decoded(try file.bytes("input.frames_\(index)"), try file.shape("input.frames_\(index)"))
    var augment = Augment(.multiScaleCrop(crop.size))
    augment.normalization = Normalization(
      mean: (file.config["mean"].array ?? []).compactMap { $0.double.map(Float.init) },
      deviation: (file.config["std"].array ?? []).compactMap { $0.double.map(Float.init) })
    draws = RecordedDraws(recorded)
    let result = try augment.clip(clip, worker: PixelWorker(), draws: &draws)
    try check("output.frames_\(index)", result.pixels.bytes)
    try check("output.tensor_\(index)", result.values.floats, shape: result.values.shape.dimensions)
  }

  private func checkFloatCrop(_ file: GoldenFile, _ check: GoldenChecker) throws {
    let crop = file.config["float_crop"]
    let out = try #require(crop["out"].array).compactMap(\.int)
    let box = CropBox(
      top: try #require(crop["top"].int), left: try #require(crop["left"].int), height: try #require(crop["h"].int),
      width: try #require(crop["w"].int))
    let shape = try file.shape("input.float_clip")
    let values = try file.floats("input.float_clip")
    let columns = ResizeTaps(length: box.width, count: out[1], filter: .bilinear)
    let rows = ResizeTaps(length: box.height, count: out[0], filter: .bilinear)
    var result: [Float] = []
    for plane in 0..<shape[0] * shape[1] {
      let from = (plane * shape[2] + box.top) * shape[3] + box.left
      result += resized(Array(values[from...]), bytesPerRow: shape[3], box.width, columns, rows)
    }
    try check("output.float_crop_resized", result)
  }

  private func resized(
    _ values: [Float], bytesPerRow: Int, _ width: Int, _ columns: ResizeTaps, _ rows: ResizeTaps
  ) -> [Float] {
    var out = [Float](repeating: 0, count: columns.count * rows.count)
    var scratch = [Float](repeating: 0, count: sluice_resample_scratch(Int32(width), Int32(columns.count)))
    columns.start.withUnsafeBufferPointer { columnStart in
      rows.start.withUnsafeBufferPointer { rowStart in
        columns.weights.withUnsafeBufferPointer { columnWeights in
          rows.weights.withUnsafeBufferPointer { rowWeights in
            var across = sluice_taps(
              count: Int32(columns.count), taps: Int32(columns.tapCount), start: columnStart.baseAddress,
              weights: columnWeights.baseAddress)
            var down = sluice_taps(
              count: Int32(rows.count), taps: Int32(rows.tapCount), start: rowStart.baseAddress,
              weights: rowWeights.baseAddress)
            sluice_resample_float(
              values, bytesPerRow, Int32(width), &across, &down, &out, columns.count, &scratch)
          }
        }
      }
    }
    return out
  }

  /// Resizing bytes without rounding and then normalizing is resizing the normalized clip.
  @Test(arguments: KernelLevel.available) func unroundedResizesAreThoseOfTheNormalizedClip(_ level: KernelLevel) throws
  {
    let (height, width) = (41, 67)
    let bytes = noise(2 * height * width * 3, seed: 11)
    let clip = decoded(bytes, [2, height, width, 3])
    let box = CropBox(top: 3, left: 5, height: 30, width: 55)
    let set = Normalization.imagenet
    for (tall, wide, isFlipped) in [(32, 32, false), (17, 80, true), (30, 55, true)] {
      let step = PixelStep.resize(box, width: wide, height: tall, .floatBilinear, isFlipped: isFlipped)
      let own = try level.run {
        try Augment(normalization: set).clip(clip, steps: [.image(.invert, .pillow), step], worker: PixelWorker())
      }
      let across = NaiveTaps(box.width, wide, .bilinear, false)
      let down = NaiveTaps(box.height, tall, .bilinear, false)
      let floats = own.values.floats
      for frame in 0..<2 {
        for color in 0..<3 {
          let (mean, deviation) = (Double(set.mean[color]), Double(set.deviation[color]))
          for y in 0..<tall {
            for x in 0..<wide {
              var sum = 0.0
              for (row, down) in down.taps[y] {
                for (column, across) in across.taps[x] {
                  let at = ((frame * height + box.top + row) * width + box.left + column) * 3 + color
                  sum += down * across * ((Double(255 - bytes[at]) / 255 - mean) / deviation)
                }
              }
              let place = isFlipped ? wide - 1 - x : x
              let value = floats[((color * 2 + frame) * tall + y) * wide + place]
              #expect(abs(Double(value) - sum) < 1e-5)
              let byte = own.pixels.bytes[((frame * tall + y) * wide + place) * 3 + color]
              #expect(abs(Double(byte) - (sum * deviation + mean) * 255) <= 0.501)
            }
          }
        }
      }
    }
  }

  @Test(arguments: KernelLevel.available) func wholeNumberResizesAreTheDefinition(_ level: KernelLevel) throws {
    let (height, width) = (23, 37)
    let bytes = noise(height * width * 3, seed: 4)
    let clip = decoded(bytes, [1, height, width, 3])
    let whole = CropBox(width: width, height: height)
    for resampling in [Resampling.pillowBilinear, .pillowBicubic, .openCVBilinear] {
      for (wide, tall) in [(16, 16), (8, 31), (70, 50), (37, 11), (90, 23), (1, 1), (37, 23)] {
        let step = PixelStep.resize(whole, width: wide, height: tall, resampling, isFlipped: true)
        let own = try level.run { try Augment().clip(clip, steps: [step], worker: PixelWorker()).pixels.bytes }
        let naive = NaiveFixedResize(resampling, width: width, height: height, wide: wide, tall: tall)
        for color in 0..<3 {
          let plane = stride(from: color, to: bytes.count, by: 3).map { Int(bytes[$0]) }
          let wanted = naive.resized(plane)
          for y in 0..<tall {
            for x in 0..<wide {
              let value = Int(own[(y * wide + wide - 1 - x) * 3 + color])
              #expect(value == wanted[y * wide + x], "\(resampling) \(wide)×\(tall) at \(x), \(y)")
            }
          }
        }
      }
    }
  }

  @Test func boxesOfSeveralScalesStayInsideSmallFrames() {
    for (width, height) in [(222, 300), (223, 223), (500, 225), (7, 5), (1, 1)] {
      let frame = PixelSize(width: width, height: height)
      let crop = MultiScaleCrop(size: 224)
      for size in crop.sizes(in: frame) {
        #expect(size.width >= 1 && size.width <= width && size.height >= 1 && size.height <= height)
        for place in MultiScaleCrop.places(of: size, in: frame) {
          #expect(place.left >= 0 && place.left + place.width <= width)
          #expect(place.top >= 0 && place.top + place.height <= height)
        }
      }
    }
  }

  @Test func bytesCannotFollowWhatIsNoByteAnyMore() throws {
    let clip = decoded(noise(40 * 40 * 3), [1, 40, 40, 3])
    let refused: [[AugmentOperation]] = [
      [.resizedCrop(32, resampling: .floatBilinear), .centerCrop(16)],
      [.shortSide(32, resampling: .floatBilinear), .randAugment()],
      [.centerCrop(32), .erase(), .flip], [.erase(), .resizedCrop(16)], [.erase(), .colorJitter()],
    ]
    for operations in refused {
      #expect(throws: AugmentError.self) { try pixels(clip, operations) }
    }
    let allowed: [AugmentOperation] = [
      .randAugment(.increasing), .resizedCrop(32, resampling: .floatBilinear), .flip, .erase(), .erase(),
    ]
    #expect(try pixels(clip, allowed).width == 32)
  }

  private func decoded(_ bytes: [UInt8], _ shape: [Int]) -> DecodedClip {
    decodedClip(planar(bytes, area: shape[1] * shape[2]), height: shape[1], width: shape[2])
  }

  private func pixels(_ clip: DecodedClip, _ operations: [AugmentOperation]) throws -> PixelClip {
    var augment = Augment()
    augment.operations = operations
    var worker = augment.makeWorker()
    return try augment(clip, worker: &worker, context: .sample(3)).pixels
  }
}
