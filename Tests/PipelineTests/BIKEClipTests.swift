import SluiceAugment
import SluiceCheckpoints
import SluiceFlow
import SluiceMedia
import SluicePipelines
import SluiceSample
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// How BIKE sees videos: the training transform, the crops of tests, and which frames are taken.
@Suite struct BIKEClipTests {
  /// RGB frames of `[T, H, W, 3]` bytes.
  private func decoded(_ bytes: [UInt8], _ shape: [Int], labels: [Int] = []) -> DecodedClip {
    let size = shape[1] * shape[2] * 3
    let frames = (0..<shape[0]).map { index in
      VideoFrame(
        width: shape[2], height: shape[1], layout: .rgb, packed: Array(bytes[index * size..<(index + 1) * size]))
    }
    return DecodedClip(handle: ClipHandle(frames: Frames(frameCount: shape[0]), labels: labels), frames: frames)
  }

  /// `[3, T, H, W]` as `[T, 3, H, W]`.
  private func framewise(_ clip: Clip) -> [Float] {
    let (values, shape) = (clip.values.floats, clip.values.shape.dimensions)
    let area = shape[2] * shape[3]
    return (0..<shape[1]).flatMap { frame in
      (0..<3).flatMap { color in
        let start = (color * shape[1] + frame) * area
        return Array(values[start..<start + area])
      }
    }
  }

  private func expectStatistics(of file: GoldenFile) throws {
    let (mean, deviation) = (try #require(file.config["mean"].array), try #require(file.config["std"].array))
    #expect(mean.compactMap { $0.double.map(Float.init) } == Normalization.clip.mean)
    #expect(deviation.compactMap { $0.double.map(Float.init) } == Normalization.clip.deviation)
  }

  @Test func theTrainingTransformIsTheReferences() throws {
    try Golden.each("bike.augment_train") { file, check in
      try expectStatistics(of: file)
      for (number, entry) in try #require(file.config["cases"].array).enumerated() {
        let shape = try file.shape("input.\(number).frames")
        var recipe = BIKEClipRecipe(frameCount: shape[0], imageSize: try #require(entry["input_size"].int))
        recipe.dataset = try #require(entry["dataset"].string).contains("something") ? .something : .plain
        let clip = decoded(
          try file.bytes("input.\(number).frames"), shape, labels: [try #require(entry["label_in"].int)])
        var draws = RecordedUniforms(try file.doubles("input.\(number).u"))
        let augment = recipe.augment(training: true, keepsPixels: true)
        let made = try augment.clip(clip, worker: PixelWorker(), draws: &draws)
        let (height, width) = (made.pixels.height, made.pixels.width)
        try check("output.\(number).u8", made.pixels.bytes, shape: [shape[0], height, width, 3])
        try check("output.\(number).tensor", framewise(made), shape: [shape[0], 3, height, width])
        #expect(made.labels.count == 1 && made.labels.first == entry["label_out"].int, "\(file.name): case \(number)")
        // What colors would be drawn for is not asked where they stay.
        #expect(draws.isExhausted || recipe.dataset == .something, "\(file.name): case \(number)")
      }
    }
  }

  @Test func cropsOfTestsAreTheReferences() throws {
    try Golden.each("bike.crops") { file, check in
      try expectStatistics(of: file)
      for entry in file.config["geometry"].array ?? [] { try expectGeometry(entry) }
      for (number, entry) in (file.config["pixels"].array ?? []).enumerated() {
        let shape = try file.shape("input.\(number).frames")
        let clip = decoded(try file.bytes("input.\(number).frames"), shape)
        let (scale, side) = (try #require(entry["scale"].int), try #require(entry["crop"].int))
        let whole = Augment(.shortSide(scale, resampling: .pillowBicubic), normalization: .clip)
        for crops in EvaluationViews.Crops.allCases {
          let stage = AugmentViews(whole, crops.operations(size: side))
          var worker = stage.makeWorker()
          let made = try stage(clip, worker: &worker, context: .first)
          #expect(made.count == crops.count)
          let count = made.count * shape[0]
          let name = "output.\(number).crop\(crops.count)"
          try check("\(name).u8", made.flatMap(\.pixels.bytes), shape: [count, side, side, 3])
          try check("\(name).tensor", made.flatMap(framewise), shape: [count, 3, side, side])
        }
      }
    }
  }

  /// Sizes and offsets of real frames.
  private func expectGeometry(_ entry: JSONValue) throws {
    func numbers(_ value: JSONValue) -> [Int] { value.array?.compactMap(\.int) ?? [] }
    let source = numbers(entry["source_wh"])
    let size = PixelSize(width: source[0], height: source[1])
    let recipe = BIKEClipRecipe(frameCount: 1, imageSize: try #require(entry["input_size"].int))
    for (crops, key) in [(EvaluationViews.Crops.three, "crops3_xy"), (.five, "crops5_xy")] {
      let stage = recipe.crops(crops, .published)
      let offsets = try stage.views.map { try self.steps(stage.whole.operations + $0, of: size) }.map(\.offset)
      #expect(offsets == entry[key].array?.map(numbers), "\(crops) of \(size)")
    }
    let middle = try steps(recipe.augment(training: false).operations, of: size)
    #expect(middle.offset == numbers(entry["crop1_xy"]), "\(size)")
    #expect(middle.scaled == numbers(entry["scaled_wh"]), "\(size)")
  }

  /// What frames are resized to, and where they are cut: width and height, left and top.
  private func steps(_ operations: [AugmentOperation], of size: PixelSize) throws -> (scaled: [Int], offset: [Int]) {
    var augment = Augment()
    augment.operations = operations
    var draws = RecordedUniforms([])
    var (scaled, offset) = ([size.width, size.height], [Int]())
    for step in try augment.steps(for: size, draws: &draws) {
      switch step {
      case .resize(_, let width, let height, _, _): scaled = [width, height]
      case .crop(let box, _): offset = [box.left, box.top]
      default: Issue.record("a crop of a test does \(step)")
      }
    }
    return (scaled, offset)
  }

  @Test func framesAreTakenAsTheDataNeedsIt() async throws {
    func taken(_ recipe: BIKEClipRecipe, training: Bool, _ geometry: EvaluationViews.Geometry) async throws -> [[Int]] {
      let pipeline = Pipeline("taken") {
        Handles()
        recipe.sampling(training: training, windows: training ? 1 : 3, geometry: geometry)
      }
      var indices: [[Int]] = []
      for try await selection in pipeline.run(RunOptions(seed: 5)) { indices.append(selection.indices) }
      return indices
    }
    func expected(_ stage: some Stage<ClipHandle, FrameSelection>) async throws -> [[Int]] {
      let pipeline = Pipeline("expected") {
        Handles()
        stage
      }
      var indices: [[Int]] = []
      for try await selection in pipeline.run(RunOptions(seed: 5)) { indices.append(selection.indices) }
      return indices
    }
    let (segments, ticks) = (SegmentFrames(count: 8, bounds: .shared), TickFrames(count: 8))
    let steady = TickFrames(count: 8, position: .steady)
    let (span, windows) = (SpanFrames(count: 8), TickFrames(count: 8, position: .steady, windows: 3))
    var recipe = BIKEClipRecipe(frameCount: 8, imageSize: 32)
    for dataset in BIKEClipRecipe.Dataset.allCases {
      (recipe.dataset, recipe.isDense, recipe.randomShift) = (dataset, false, true)
      let drawn = try await taken(recipe, training: true, .asTrained)
      if dataset == .charades {
        #expect(try await drawn == expected(ticks))
      } else {
        #expect(try await drawn == expected(segments), "\(dataset)")
      }
      for geometry in EvaluationViews.Geometry.allCases {
        #expect(try await taken(recipe, training: false, geometry) == expected(windows), "\(dataset)")
      }
      recipe.randomShift = false
      #expect(try await taken(recipe, training: true, .asTrained) == expected(steady), "\(dataset)")
      recipe.isDense = true
      #expect(try await taken(recipe, training: true, .asTrained) == expected(span), "\(dataset)")
      let validated = try await taken(recipe, training: false, .asTrained)
      #expect(try await validated == expected(SpanFrames(count: 8, windows: 3)), "\(dataset)")
      let tested = try await taken(recipe, training: false, .published)
      #expect(try await tested == expected(SpanFrames(count: 8, window: .spread, windows: 3)), "\(dataset)")
    }
  }

  @Test func somethingSomethingHasFramesOfOneSizeAndKeepsItsColors() throws {
    var recipe = BIKEClipRecipe(frameCount: 2, imageSize: 224)
    let size = PixelSize(width: 427, height: 240)
    func first(_ operations: [AugmentOperation]) throws -> PixelStep? {
      var (augment, draws) = (Augment(), RecordedUniforms([Double](repeating: 0.4, count: 40)))
      augment.operations = operations
      return try augment.steps(for: size, draws: &draws).first
    }
    func resize(_ width: Int, _ height: Int) -> PixelStep {
      .resize(CropBox(width: 427, height: 240), width: width, height: height, .pillowBicubic, isFlipped: false)
    }
    #expect(try first(recipe.augment(training: true).operations) == resize(455, 256))
    #expect(recipe.augment(training: true).operations.count == 4)
    recipe.dataset = .something
    #expect(try first(recipe.augment(training: true).operations) == resize(320, 256))
    #expect(try first(recipe.augment(training: false).operations) == resize(320, 256))
    #expect(try first(recipe.augment(training: false, geometry: .published).operations) == resize(320, 240))
    for crops in EvaluationViews.Crops.allCases {
      #expect(try first(recipe.crops(crops, .published).whole.operations) == resize(320, 240))
    }
    #expect(recipe.augment(training: true).operations.count == 3)
    #expect(recipe.augment(training: true).labelExchange == .somethingSomething)
    #expect(recipe.augment(training: false).labelExchange == nil)
    recipe.flip = 0
    #expect(recipe.augment(training: true).operations.count == 2)
    recipe.imageSize = 240
    try recipe.check()
    recipe.imageSize = 336
    #expect(
      sentence { try recipe.check() }
        == "recipe.dataset=something: frames become 240×320 pixels in tests, and crops of 336×336 do not fit into them. Take "
        + "a network for images of at most 240 pixels, or recipe.dataset=plain.")
    recipe.dataset = .plain
    try recipe.check()
  }

  @Test func settingsAreRefusedWhereTheyHaveNoEffect() throws {
    func unmet(_ recipe: BIKEClipRecipe) -> [String] {
      BIKEClipRecipe.settings.filter { $0.unmetCondition(in: recipe) != nil }.map(\.name)
    }
    var recipe = BIKEClipRecipe(frameCount: 8, imageSize: 224)
    #expect(unmet(recipe) == [])
    (recipe.dataset, recipe.isDense) = (.something, true)
    #expect(unmet(recipe) == ["recipe.randomShift", "recipe.gray"])
  }
}

/// Samples of which only the length matters.
private struct Handles: Source {
  let count = 40

  func element(at index: Int, context: ElementContext) -> ClipHandle {
    ClipHandle(frames: Frames(frameCount: 1 + index * 7))
  }
}

private struct Frames: FrameSource {
  let name = "frames"
  let frameCount: Int
  let frameRate: Double? = nil

  func frames(at indices: [Int]) throws -> [VideoFrame] { [] }
}

extension ElementContext {
  fileprivate static var first: ElementContext {
    ElementContext(seed: 0, epoch: 0, sample: 0, identity: "", stage: "")
  }
}
