import SluiceAugment
import SluiceCheckpoints
import SluiceFlow
import SluiceMedia
import SluiceSample
import SluiceSamples
import TestSupport
import Testing

/// What BEVT does to frames: the view that the network reads, and the smaller one of the tokenizer.
@Suite struct TwoViewTests {
  /// A clip's 8-bit frames and its normalized values, `[C, T, H, W]`.
  private func clip(_ frames: [UInt8], _ size: PixelSize, _ steps: [PixelStep]) throws -> Clip {
    let planes = planar(frames, area: size.width * size.height)
    let decoded = decodedClip(planes, height: size.height, width: size.width)
    return try Augment(normalization: .imagenet).clip(decoded, steps: steps, worker: PixelWorker())
  }

  private func changes(_ jitter: JSONValue) throws -> [ColorChange] {
    try (jitter["order"].array ?? []).map { name in
      let property = try #require(FloatJitter.Property(rawValue: name.string ?? ""))
      return ColorChange(property: property, factor: try #require(jitter[property.rawValue].double))
    }
  }

  /// As the tokenizer reads it: `[T, 3, H, W]`, 0…255 in the middle four fifths of 0…1.
  private func mapped(_ view: PixelClip) -> [Float] {
    planar(view.bytes, area: view.height * view.width).map { Float($0) / 255 * 0.8 + 0.1 }
  }

  @Test func bothViewsOfClipsAndImagesAreTheReferences() throws {
    try Golden.each("bevt.two_view") { file, check in
      for (number, entry) in try #require(file.config["cases"].array).enumerated() {
        func int(_ key: String) throws -> Int { try #require(entry[key].int, "\(key)") }
        let size = PixelSize(width: try int("w"), height: try int("h"))
        let scaled = size.resized(shortSide: try int("short"), .nearest)
        let crop = try int("crop")
        let box = CropBox(top: try int("y"), left: try int("x"), height: crop, width: crop)
        let whole = CropBox(top: 0, left: 0, height: size.height, width: size.width)
        let jitter = try changes(entry["jitter"])
        let steps: [PixelStep] =
          [.resize(whole, width: scaled.width, height: scaled.height, .bicubic, isFlipped: false)]
          + (jitter.isEmpty ? [] : [.image(.colors(jitter))]) + [.crop(box, isFlipped: entry["flip"].bool == true)]
        let own = try clip(try file.bytes("input.\(number).frames"), size, steps)
        try check("output.\(number).crop", own.pixels.bytes, shape: [own.pixels.frameCount, crop, crop, 3])
        try check("output.\(number).first", own.values.floats, shape: try file.shape("output.\(number).first"))
        var worker = SecondView().makeWorker()
        let second = try SecondView()(own, worker: &worker, context: .sample(0)).pixels
        try check(
          "output.\(number).second", mapped(second), shape: [second.frameCount, 3, second.height, second.width])
      }
    }
  }

  @Test func everyStepOfTheImagesIsTheReferences() throws {
    try Golden.each("bevt.pipeline") { file, check in
      let (image, shape) = (try file.bytes("input.image"), try file.shape("input.image"))
      let size = PixelSize(width: shape[1], height: shape[0])
      let whole = CropBox(top: 0, left: 0, height: size.height, width: size.width)
      func resized(_ kernel: String, to wanted: JSONValue) throws -> PixelClip {
        let output = PixelSize(width: try #require(wanted[0].int), height: try #require(wanted[1].int))
        guard kernel != "lanczos" else {
          let pixels = PixelClip(frameCount: 1, height: size.height, width: size.width, bytes: image)
          return LanczosResize(from: size, to: output)(pixels)
        }
        let resampling: Resampling = kernel == "bicubic" ? .bicubic : .openCVBilinear
        let step = PixelStep.resize(whole, width: output.width, height: output.height, resampling, isFlipped: false)
        return try clip(image, size, [step]).pixels
      }
      for (number, entry) in (file.config["resizes"].array ?? []).enumerated() {
        let pixels = try resized(try #require(entry["interpolation"].string), to: entry["size_wh"])
        try check("output.resize_\(number)", pixels.bytes, shape: [pixels.height, pixels.width, 3])
      }
      let floats = planar(image, area: size.width * size.height).map(Float.init)
      func changed(_ change: ColorChange) -> [Float] {
        var values = floats
        change.apply(to: &values)
        let area = size.width * size.height
        return (0..<area).flatMap { pixel in (0..<3).map { values[$0 * area + pixel] } }
      }
      for (name, entry) in file.config["color_steps"].object ?? [:] {
        let property = try #require(FloatJitter.Property(rawValue: entry["op"].string ?? ""))
        let change = ColorChange(property: property, factor: try #require(entry["factor"].double))
        try check("output.\(name)", changed(change), shape: shape)
      }
      let chain = file.config["color_chain"]
      let order = try #require(chain["order"].array).map { code -> ColorChange in
        let name = chain["order_codes"]["\(code.int ?? -1)"].string ?? ""
        return ColorChange(
          property: try #require(FloatJitter.Property(rawValue: name)), factor: try #require(chain[name].double))
      }
      try check("output.color_chain_u8", try clip(image, size, [.image(.colors(order))]).pixels.bytes, shape: shape)
      let area = size.width * size.height
      let values = try clip(image, size, []).values.floats
      try check(
        "output.normalized", (0..<area).flatMap { pixel in (0..<3).map { values[$0 * area + pixel] } }, shape: shape)
      let view = try resized("lanczos", to: file.config["second_view"]["size_wh"])
      let viewShape = [1, view.height, view.width, 3]
      try check("output.second_view_raw", view.bytes.map(Float.init), shape: viewShape)
      try check("output.second_view_mapped", view.bytes.map { Float($0) / 255 * 0.8 + 0.1 }, shape: viewShape)
      for (name, entry) in file.config["three_crops"].object ?? [:] {
        try check("output.\(name)", try crops(entry).flatMap { $0 }, shape: [3, 4])
      }
      try check("output.short_side_rescale", try rescaled(file), shape: try file.shape("output.short_side_rescale"))
    }
  }

  /// Left, right and middle crop of a wide frame; top, bottom and middle of a tall one: left, top, right, bottom.
  private func crops(_ entry: JSONValue) throws -> [[Int]] {
    let (side, size) = (
      try #require(entry["crop"].int),
      PixelSize(width: try #require(entry["w"].int), height: try #require(entry["h"].int))
    )
    return try [0, 2, 1].map { index in
      var draws = RecordedDraws()
      let steps = try Augment(.longSideCrop(side, index: index, of: 3, wholeSteps: true)).steps(
        for: size, draws: &draws)
      guard case .crop(let box, _) = try #require(steps.first) else { return [] }
      return [box.left, box.top, box.left + side, box.top + side]
    }
  }

  /// Width, height and short side as recorded, with the size that follows.
  private func rescaled(_ file: GoldenFile) throws -> [Int] {
    let rows = try file.ints("output.short_side_rescale")
    return stride(from: 0, to: rows.count, by: 5).flatMap { start in
      let size = PixelSize(width: rows[start], height: rows[start + 1])
      let result = size.resized(shortSide: rows[start + 2], .nearest)
      return [size.width, size.height, rows[start + 2], result.width, result.height]
    }
  }

  @Test func everyTestViewHasTheReferencesFramesAndOffsets() throws {
    try Golden.each("bevt.test_views") { file, check in
      for (number, entry) in try #require(file.config["cases"].array).enumerated() {
        func int(_ key: String) throws -> Int { try #require(entry[key].int, "\(key)") }
        let (total, count, windows) = (try int("frame_count"), try int("clip_len"), try int("clips"))
        var draws = RecordedDraws()
        let clips: [[Int]] =
          try entry["uniform"].bool == true
          ? [SegmentFrames(count: count, position: .phase, bounds: .shared).indices(of: total, draws: &draws)]
          : (0..<windows).map { part in
            let frames = DenseFrames(
              count: count, stride: try int("interval"), spacing: .looped, window: .center, windows: windows)
            return try frames.loopedIndices(of: total, name: "", part: part, draws: &draws)
          }
        let size = PixelSize(width: try int("w"), height: try int("h"))
        let scaled = size.resized(shortSide: try int("short"), .nearest)
        try check("output.\(number).scaled_wh", [scaled.width, scaled.height])
        // Of one crop the middle one of three.
        let (side, crops) = (try int("crop"), try int("crops") == 3 ? [0, 2, 1] : [1])
        let offsets = try crops.map { index -> [Int] in
          let steps = try Augment(.longSideCrop(side, index: index, of: 3, wholeSteps: true)).steps(
            for: scaled, draws: &draws)
          guard case .crop(let box, _) = try #require(steps.first) else { return [] }
          return [box.left, box.top]
        }
        let views = clips.count * crops.count
        try check(
          "output.\(number).frames", crops.flatMap { _ in clips.flatMap { $0 } }, shape: [views, count])
        try check(
          "output.\(number).offsets_xy", offsets.flatMap { offset in clips.flatMap { _ in offset } },
          shape: [views, 2])
      }
    }
  }

  @Test func theShortSideAndTheSquareAreDrawnInTheirBounds() throws {
    let augment = Augment(.shortSide(20...30, rounding: .nearest), .randomCrop(20, takesLast: false))
    var sides: Set<Int> = []
    for sample in 0..<300 {
      var draws = ElementContext.sample(sample).random()
      let steps = try augment.steps(for: PixelSize(width: 33, height: 25), draws: &draws)
      var size = PixelSize(width: 33, height: 25)
      for step in steps {
        if case .resize(_, let width, let height, _, _) = step { size = PixelSize(width: width, height: height) }
        if case .crop(let box, _) = step {
          #expect(box.top == 0 && size.height == 20 || box.top + 20 < size.height)
          #expect(box.left + 20 < size.width)
        }
      }
      sides.insert(size.height)
    }
    #expect(sides == Set(20...30))
  }

  @Test func aViewOfNothingOrOfAnOddSizeIsRefused() throws {
    var worker = SecondView().makeWorker()
    let none = Clip(pixels: PixelClip(frameCount: 0, height: 8, width: 8, bytes: []), values: .zeros([3, 1, 8, 8]))
    let sentence = "a second view of a clip without its 8-bit crop: set keepsPixels of the stage that augments"
    #expect(throws: AugmentError.setting(sentence)) {
      try SecondView()(none, worker: &worker, context: .sample(0))
    }
    #expect(throws: AugmentError.setting("a second view of 1/2 of 9×8 pixels: 2 does not divide both sides")) {
      try SecondView()(.blank(frames: 1, height: 8, width: 9), worker: &worker, context: .sample(0))
    }
  }

  @Test func aViewOfOneColorKeepsIt() throws {
    let gray = PixelClip(frameCount: 2, height: 12, width: 20, bytes: [UInt8](repeating: 77, count: 2 * 12 * 20 * 3))
    let view = LanczosResize(from: PixelSize(width: 20, height: 12), to: PixelSize(width: 10, height: 6))(gray)
    #expect(view.bytes.allSatisfy { abs(Int($0) - 77) <= 1 } && view.bytes.count == 2 * 10 * 6 * 3)
  }
}
