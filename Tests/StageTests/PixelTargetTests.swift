import SluiceSamples
import SluiceTensor
import SluiceTokenize
import SluiceTraining
import TestSupport
import Testing

@Suite struct PixelTargetTests {
  @Test(arguments: KernelLevel.available) func targetsAreTheReferences(_ level: KernelLevel) throws {
    try Golden.each("videomae.pixel_targets") { file, check in
      let shape = try file.shape("input.video")
      let video = try file.floats("input.video")
      let size = shape[1...].reduce(1, *)
      // ImageNet's statistics, which the reference fixes.
      let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
      for (key, isNormalized) in [("target_norm", true), ("target_raw", false)] {
        let target = PixelTarget(
          isNormalized: isNormalized, tubeletSize: file.config["tubelet"].int ?? 2,
          patchSize: file.config["patch"].int ?? 16)
        var own: [Float] = []
        for sample in 0..<shape[0] {
          let clip = Tensor(video[sample * size..<(sample + 1) * size], shape: Shape(Array(shape[1...])))
          own += level.run { target.targets(of: clip, mean: mean, deviation: deviation) }.floats
        }
        try check("output.\(key)", own, shape: [shape[0], own.count / shape[0] / target.width, target.width])
      }
    }
  }

  @Test(arguments: [true, false]) func hiddenTokensOfTheCropHaveTheTargetsOfTheFloats(isNormalized: Bool) throws {
    let (frames, height, width) = (4, 24, 40)
    let bytes = noise(frames * height * width * 3)
    var floats = [Float](repeating: 0, count: bytes.count)
    for (index, value) in bytes.enumerated() {
      floats[index % 3 * (bytes.count / 3) + index / 3] = Float(value) / 255
    }
    let values = Tensor(floats, shape: [3, frames, height, width])
    let clip = Clip(
      pixels: PixelClip(frameCount: frames, height: height, width: width, bytes: bytes), values: values)
    let mask = TokenMask(steps: 2, rows: 3, columns: 5, values: (0..<30).map { $0 % 4 == 1 ? 1 : 0 })
    let target = PixelTarget(isNormalized: isNormalized, patchSize: 8)
    let sample = try target(MaskedClip(clip: clip, mask: mask), context: .sample(0)).target
    let all = target.targets(of: values, mean: [0, 0, 0], deviation: [1, 1, 1]).floats
    #expect(sample.tokens == Array(stride(from: 1, to: 30, by: 4)))
    for (place, token) in sample.tokens.enumerated() {
      let own = sample.values.floats[place * target.width..<(place + 1) * target.width]
      #expect(Array(own) == Array(all[token * target.width..<(token + 1) * target.width]))
    }
  }

  @Test func masksOfAnotherGridAreRefused() {
    let mask = TokenMask(steps: 8, rows: 7, columns: 7, values: [UInt8](repeating: 1, count: 392))
    #expect(throws: TargetError.grid(mask: [8, 7, 7], clip: [3, 16, 224, 224])) {
      try PixelTarget()(MaskedClip(clip: .blank(), mask: mask), context: .sample(0))
    }
  }
}
