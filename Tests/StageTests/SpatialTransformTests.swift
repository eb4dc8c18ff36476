import SluiceAugment
import SluiceMedia
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

@Suite struct SpatialTransformTests {
  @Test func boxesOfRecordedDrawsAreTheReferences() throws {
    try Golden.each("timesformer-vivit.random_resized_crop") { file, check in
      let ratio = try #require(file.config["ratio"].array).compactMap(\.double)
      for name in file.names(under: "input.") where name.hasSuffix(".draws") {
        let sample = name.dropLast(".draws".count)
        let size = try file.ints("input.\(sample).size_scale")
        let scale = try #require(file.config["scale\(size[2])"].array).compactMap(\.double)
        let values = try file.doubles("input.\(name)")
        // Attempts of two real draws each; an accepted one is followed by two whole ones.
        let isAccepted = values.count < 20
        var draws = RecordedDraws(
          values.enumerated().map {
            .init(value: $1, isInteger: isAccepted && $0 >= values.count - 2)
          })
        // The recorded area is the share itself and the second draw the logarithm.
        let box = CropBox(
          randomIn: size[1], size[0], scale: scale[0]...scale[1], ratio: ratio[0]...ratio[1], draws: &draws)
        #expect(draws.isExhausted)
        try check("output.\(sample).box", [box.top, box.left, box.height, box.width])
      }
    }
  }

  @Test(arguments: KernelLevel.available) func transformsAreTheReferences(_ level: KernelLevel) throws {
    try Golden.each("timesformer-vivit.spatial_transforms") { file, check in
      try level.run { try checkTransforms(file, check) }
    }
  }

  private func checkTransforms(_ file: GoldenFile, _ check: GoldenChecker) throws {
    let shape = try file.shape("input.clip")
    let (height, width) = (shape[2], shape[3])
    let bytes = try file.bytes("input.clip")
    let clip = decodedClip(bytes, height: height, width: width)
    let numbers = try file.ints("input.box")
    let box = CropBox(top: numbers[0], left: numbers[1], height: numbers[2], width: numbers[3])
    let out = file.config["out"].int ?? 0
    let short = file.config["short"].int ?? 0
    let worker = PixelWorker()

    func pixels(_ operations: AugmentOperation..., from clip: DecodedClip) throws -> [UInt8] {
      var augment = Augment()
      augment.operations = operations
      var draws = RecordedDraws()
      let result = try augment.clip(clip, worker: worker, draws: &draws)
      return planar(result.pixels.bytes, area: result.pixels.height * result.pixels.width)
    }

    for filter in ResizeFilter.allCases {
      for (suffix, antialias) in [("aa", true), ("noaa", false)] {
        let resampling = Resampling(filter, antialias: antialias)
        let step = PixelStep.resize(box, width: out, height: out, resampling, isFlipped: false)
        let crop = try Augment().clip(clip, steps: [step], worker: worker)
        try check("output.resized_crop_\(filter)_\(suffix)", planar(crop.pixels.bytes, area: out * out))
        try check(
          "output.resize_short_\(filter)_\(suffix)",
          pixels(.shortSide(short, resampling: resampling), from: clip))
      }
    }
    try check("output.center_crop", pixels(.centerCrop(out), from: clip))
    let mirrored = try Augment().clip(
      clip, steps: [.crop(CropBox(width: width, height: height), isFlipped: true)], worker: worker)
    try check("output.hflip", planar(mirrored.pixels.bytes, area: width * height))

    let side = file.config["three_crop"].int ?? 0
    let sides: [SideCrop] = [.left, .right, .center]
    try check("output.three_crop", sides.flatMap { try pixels(.sideCrop(side, $0), from: clip) })
    let portrait = decodedClip(transposed(bytes, height: height, width: width), height: width, width: height)
    try check("output.three_crop_portrait", sides.flatMap { try pixels(.sideCrop(side, $0), from: portrait) })

    for (name, set) in file.config["normalize"].object ?? [:] {
      var augment = Augment()
      augment.normalization = Normalization(
        mean: (set["mean"].array ?? []).compactMap { $0.double.map(Float.init) },
        deviation: (set["std"].array ?? []).compactMap { $0.double.map(Float.init) })
      let values = try augment.clip(clip, steps: [], worker: worker).values
      try check("output.\(name)", colorsLast(values))
    }
  }

  /// `[3, T, H, W]` to `[T, 3, H, W]`.
  private func colorsLast(_ values: Tensor) -> [Float] {
    let (frames, area) = (values.shape[1], values.shape[2] * values.shape[3])
    let floats = values.floats
    var result: [Float] = []
    for frame in 0..<frames {
      for color in 0..<3 {
        let from = (color * frames + frame) * area
        result += floats[from..<from + area]
      }
    }
    return result
  }

  /// Each plane of `[T, 3, H, W]` with rows and columns exchanged.
  private func transposed(_ bytes: [UInt8], height: Int, width: Int) -> [UInt8] {
    var result = [UInt8]()
    for plane in 0..<bytes.count / (height * width) {
      for x in 0..<width {
        for y in 0..<height { result.append(bytes[(plane * height + y) * width + x]) }
      }
    }
    return result
  }
}
