import SluiceAugment
import SluiceCheckpoints
import SluiceKernels
import SluiceMedia
import SluiceSamples
import TestSupport
import Testing

/// Boxes that are drawn, and what noise makes of them.
@Suite struct RandomGeometryTests {
  private func range(_ json: JSONValue) throws -> ClosedRange<Double> {
    let ends = try #require(json.array).compactMap(\.double)
    return ends[0]...ends[1]
  }

  /// Attempts of two real draws each; an accepted one is followed by two whole ones.
  private func recorded(_ values: [Double], isAccepted: Bool) -> RecordedDraws {
    RecordedDraws(values.enumerated().map { .init(value: $1, isInteger: isAccepted && $0 >= values.count - 2) })
  }

  @Test func boxesOfRecordedDrawsAreTheReferences() throws {
    try Golden.each("videomae.random_geometry") { file, check in
      let crop = file.config["crop"]
      for (index, size) in try #require(file.config["crops"].array).enumerated() {
        let values = try file.doubles("input.crop_draws_\(index)")
        let isAccepted = values.count < 2 * (crop["attempts"].int ?? 0)
        var draws = recorded(values, isAccepted: isAccepted)
        let box = CropBox(
          randomIn: try #require(size["w"].int), try #require(size["h"].int), scale: try range(crop["area_range"]),
          ratio: try range(crop["aspect_range"]), draws: &draws)
        #expect(draws.isExhausted)
        try check("output.crop_box_\(index)", [box.top, box.left, box.height, box.width])
      }
      let settings = file.config["erasing"]
      let erasing = RandomErasing(
        probability: try #require(settings["probability"].double), area: try range(settings["area_range"]),
        aspect: try range(settings["aspect_range"]))
      for (index, size) in try #require(file.config["erase"].array).enumerated() {
        var draws = recorded(try file.doubles("input.erase_draws_\(index)"), isAccepted: true)
        let (width, height) = (try #require(size["w"].int), try #require(size["h"].int))
        let drawn = erasing.box(width: width, height: height, draws: &draws)
        let box = try #require(drawn)
        #expect(draws.isExhausted)
        try check("output.erase_box_\(index)", [box.top, box.left, box.height, box.width])
      }
      #expect(erasing == RandomErasing(), "the defaults are the recipe's")
    }
  }

  @Test func boxesDrawnInMmactionsOrderAreTheReferences() throws {
    try Golden.each("bevt.random_geometry") { file, check in
      let crop = file.config["crop"]
      let attempts = try #require(crop["attempts"].int)
      for (index, size) in try #require(file.config["crops"].array).enumerated() {
        let key = "input.crop_offsets_\(index)"
        let placed = file.has(key) ? try file.ints(key) : []
        let reals = try file.doubles("input.crop_log_aspects_\(index)") + file.doubles("input.crop_areas_\(index)")
        var draws = RecordedDraws(
          reals.map { .init(value: $0, isInteger: false) } + placed.map { .init(value: Double($0), isInteger: true) })
        let box = CropBox(
          drawnAhead: attempts, in: PixelSize(width: try #require(size["w"].int), height: try #require(size["h"].int)),
          scale: try range(crop["area_range"]), ratio: try range(crop["aspect_ratio_range"]), draws: &draws)
        #expect(draws.isExhausted)
        try check("output.crop_box_\(index)", [box.left, box.top, box.left + box.width, box.top + box.height])
      }
      let settings = file.config["erasing"]
      let tried: Int = try #require(settings["attempts"].int)
      let erasing = RandomErasing(
        probability: try #require(settings["probability"].double), area: try range(settings["area_range"]),
        aspect: try range(settings["aspect_range"]), fill: .mean, attempts: tried)
      for (index, size) in try #require(file.config["erase"].array).enumerated() {
        let values = try file.doubles("input.erase_draws_\(index)")
        let isPlaced = try file.ints("output.erase_box_\(index)") != [0, 0, 0, 0]
        var draws = recorded(values, isAccepted: isPlaced)
        let (width, height) = (try #require(size["w"].int), try #require(size["h"].int))
        let box = erasing.box(width: width, height: height, draws: &draws) ?? CropBox(width: 0, height: 0)
        #expect(draws.isExhausted)
        try check("output.erase_box_\(index)", [box.top, box.left, box.top + box.height, box.left + box.width])
      }
      #expect(erasing == RandomErasing(fill: .mean), "the defaults are the recipe's")
    }
  }

  @Test func whereNoShapeFitsTheSquareOfTheShorterSideIsTaken() {
    // Wide boxes of the whole area in a tall frame.
    let reals = [Double](repeating: 0.28, count: 10) + [Double](repeating: 1, count: 10)
    var draws = RecordedDraws(reals.map { .init(value: $0, isInteger: false) })
    let box = CropBox(
      drawnAhead: 10, in: PixelSize(width: 31, height: 60), scale: 0.08...1, ratio: 3 / 4...4 / 3, draws: &draws)
    #expect(box == CropBox(top: 14, left: 0, height: 31, width: 31) && draws.isExhausted)
  }

  @Test func resizedCropsDrawAsTheyAreTold() throws {
    let size = PixelSize(width: 40, height: 30)
    var oneByOne = RecordedDraws(0.25, 0, 3, 4, integers: [2, 3])
    let shapes = [RecordedDraws.Draw](repeating: .init(value: 0, isInteger: false), count: 10)
    let areas = [RecordedDraws.Draw](repeating: .init(value: 0.25, isInteger: false), count: 10)
    var ahead = RecordedDraws(
      shapes + areas + [.init(value: 3, isInteger: true), .init(value: 4, isInteger: true)])
    let resized = try Augment(.resizedCrop(8, scale: 0.08...1)).steps(for: size, draws: &oneByOne)
    let published = try Augment(.resizedCrop(8, scale: 0.08...1, draws: .ahead)).steps(for: size, draws: &ahead)
    #expect(oneByOne.isExhausted && ahead.isExhausted)
    let (first, second) = (
      CropBox(top: 3, left: 4, height: 17, width: 17), CropBox(top: 4, left: 3, height: 17, width: 17)
    )
    #expect(resized == [.resize(first, width: 8, height: 8, .bicubic, isFlipped: false)])
    #expect(published == [.resize(second, width: 8, height: 8, .bicubic, isFlipped: false)])
  }

  @Test func theMeanColorTakesTheBoxOfEveryFrameAndDrawsNoNoise() throws {
    let (frames, size) = (2, 24)
    let clip = decodedClip(noise(frames * 3 * size * size), height: size, width: size)
    var none = RecordedDraws(0.9)
    let plain = try Augment(.erase(fill: .mean)).clip(clip, worker: PixelWorker(), draws: &none).values.floats
    var draws = RecordedDraws(0.1, 0.25, 0, 4, 2, integers: [3, 4])
    let erased = try Augment(.erase(fill: .mean)).clip(clip, worker: PixelWorker(), draws: &draws).values.floats
    #expect(draws.isExhausted && none.isExhausted)
    for index in erased.indices {
      let (y, x) = (index / size % size, index % size)
      #expect(erased[index] == ((4..<16).contains(y) && (2..<14).contains(x) ? 0 : plain[index]))
    }
    // Ten boxes are tried, not a hundred.
    var tall = RecordedDraws([Double](repeating: 0.9, count: 20).map { .init(value: $0, isInteger: false) })
    #expect(RandomErasing(fill: .mean).box(width: 20, height: 20, draws: &tall) == nil)
    #expect(tall.isExhausted)
  }

  @Test func whatNeverFitsIsNotErased() {
    // A box as high as the frame, a hundred times.
    let values = [Double](repeating: 0.9, count: 200)
    var draws = RecordedDraws(values.map { .init(value: $0, isInteger: false) })
    #expect(RandomErasing().box(width: 20, height: 20, draws: &draws) == nil)
    #expect(draws.isExhausted)
  }

  @Test func theSameBoxOfEveryFrameBecomesNoise() throws {
    let (frames, size) = (3, 24)
    let clip = decodedClip(noise(frames * 3 * size * size), height: size, width: size)
    var drawsOfPlain = RecordedDraws(0.9)
    let plain = try Augment(.erase()).clip(clip, worker: PixelWorker(), draws: &drawsOfPlain)
    // Chosen; a third of the area, square; top 4, left 2; the noise's key.
    var draws = RecordedDraws(0.1, 0.25, 0, 4, 2, 77, integers: [3, 4, 5])
    let erased = try Augment(.erase()).clip(clip, worker: PixelWorker(), draws: &draws)
    #expect(draws.isExhausted && drawsOfPlain.isExhausted)
    #expect(erased.pixels.bytes == plain.pixels.bytes)
    let (own, before) = (erased.values.floats, plain.values.floats)
    var inside: [Float] = []
    for index in own.indices {
      let (y, x) = (index / size % size, index % size)
      if (4..<16).contains(y), (2..<14).contains(x) {
        inside.append(own[index])
      } else {
        #expect(own[index] == before[index])
      }
    }
    #expect(inside.count == 3 * frames * 12 * 12)
    #expect(Set(inside).count > inside.count * 99 / 100, "every value is drawn anew")
  }

  @Test func clipsAreErasedAsOftenAsSaid() throws {
    let clip = decodedClip(noise(3 * 16 * 16), height: 16, width: 16)
    for probability in [0, 0.25, 1] {
      let augment = Augment(.erase(probability: probability))
      var worker = augment.makeWorker()
      let plain = try Augment()(clip, worker: &worker, context: .sample(0)).values.floats
      let changed = try (0..<400).filter {
        try augment(clip, worker: &worker, context: .sample($0)).values.floats != plain
      }
      #expect(abs(Double(changed.count) / 400 - probability) < 0.07, "\(probability): \(changed.count)")
      let again = try augment(clip, worker: &worker, context: .sample(7)).values.floats
      #expect(try augment(clip, worker: &worker, context: .sample(7)).values.floats == again)
    }
  }

  @Test(arguments: KernelLevel.available) func noiseIsStandardNormalAndTheSameEverywhere(_ level: KernelLevel) {
    func drawn(_ key: UInt64, _ count: Int) -> [Float] {
      var values = [Float](repeating: .nan, count: count)
      sluice_normal_noise(key, count, &values)
      return values
    }
    let count = 1 << 20
    let values = level.run { drawn(5, count) }
    #expect(values == KernelLevel.portable.run { drawn(5, count) })
    for length in [0, 1, 63, 64, 65, 200] { #expect(level.run { drawn(5, length) } == Array(values[..<length])) }
    func moment(_ power: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * Double(value) } }
        / Double(count)
    }
    // Of a standard normal distribution 0, 1, 0, 3; six standard errors.
    for (power, wanted, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
      #expect(abs(moment(power) - wanted) < 6 * (variance / Double(count)).squareRoot(), "moment \(power)")
    }
    for (limit, share) in [(0.5, 0.6170750774519738), (1, 0.31731050786291415), (3, 0.002699796063260207)] {
      let beyond = Double(values.count { Double($0.magnitude) > limit }) / Double(count)
      #expect(abs(beyond - share) < 6 * (share / Double(count)).squareRoot(), "beyond \(limit): \(beyond)")
    }
    // Neighbors and other keys are independent.
    let other = level.run { drawn(6, count) }
    for shift in [1, 16, 32, 64] {
      let product = (0..<count - shift).reduce(0.0) { $0 + Double(values[$1]) * Double(values[$1 + shift]) }
      #expect(abs(product / Double(count)) < 6 / Double(count).squareRoot(), "shift \(shift)")
    }
    let product = zip(values, other).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(product / Double(count)) < 6 / Double(count).squareRoot())
  }

  @Test func cropsAlongTheLongerSideAreThePublished() throws {
    for (width, height, starts) in [(398, 224, [0, 87, 174]), (224, 298, [0, 37, 74]), (341, 224, [0, 58, 117])] {
      for (index, start) in starts.enumerated() {
        var draws = RecordedDraws()
        let size = PixelSize(width: width, height: height)
        let steps = try Augment(.longSideCrop(224, index: index, of: 3)).steps(for: size, draws: &draws)
        let isTall = height > width
        let box = CropBox(top: isTall ? start : 0, left: isTall ? 0 : start, height: 224, width: 224)
        #expect(steps == [.crop(box, isFlipped: false)])
      }
    }
    var draws = RecordedDraws()
    let alone = try Augment(.longSideCrop(224, index: 0, of: 1)).steps(
      for: PixelSize(width: 301, height: 226), draws: &draws)
    #expect(alone == [.crop(CropBox(top: 1, left: 38, height: 224, width: 224), isFlipped: false)])
    for (index, count) in [(3, 3), (-1, 3), (0, 0)] {
      #expect(throws: AugmentError.self) {
        try Augment(.longSideCrop(8, index: index, of: count)).steps(
          for: PixelSize(width: 30, height: 20), draws: &draws)
      }
    }
  }
}
