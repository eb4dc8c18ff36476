internal import ArgumentParser
internal import SluiceAugment
internal import SluiceFlow
internal import SluiceMedia
internal import SluiceSamples

/// `sluice bench augment`: crops, colors and RandAugment of a clip.
struct BenchAugmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "augment", abstract: "Augments clips of 16 frames.",
    discussion: """
      Crops start from decoded planes and end as normalized floats; color operations start and end as 8-bit RGB of \
      224×224. One thread.

      Example: sluice bench augment --corpus corpus --json augment.json
      """)

  @OptionGroup var options: CorpusBenchOptions

  func run() throws {
    try options.reporting("augment") { rows, clip in
      try rows.interleave(crops(clip), rounds: options.rounds, "RRC224+flip+normalize", "clips/s")
      let crop = try rgb(clip)
      try rows.interleave(
        [("sluice", try colors(crop, .colorJitter(hue: 0.1)))], rounds: options.rounds, "ColorJitter .4 .4 .4 .1",
        "clips/s")
      try rows.interleave(
        [
          ("sluice (n=2,m=9)", try colors(crop, .randAugment())),
          ("sluice (n=4,m=7)", try colors(crop, .randAugment(operations: 4, magnitude: 7))),
          ("sluice increasing (n=4,m=7)", try colors(crop, .randAugment(.increasing))),
        ], rounds: options.rounds, "RandAugment", "clips/s")
    }
  }

  private func crops(_ clip: DecodedClip) throws -> [(peer: String, run: () throws -> Int)] {
    let repeats = options.quick ? 4 : 16
    var cases: [(peer: String, run: () throws -> Int)] = []
    for path in PixelPath.allCases {
      // The fast path is for plain resizes in floats.
      for resampling in path == .exact ? Resampling.allCases : [.bilinear, .bicubic] {
        for keepsPixels in [false, true] {
          let augment = Augment(
            .resizedCrop(224, resampling: resampling), .flip, normalization: .imagenet, path: path,
            keepsPixels: keepsPixels)
          let worker = PixelWorker()
          var sample = 0
          cases.append(
            (
              "sluice \(path) \(resampling)\(keepsPixels ? " + 8-bit crop" : "")",
              {
                for _ in 0..<repeats {
                  var draws = context(sample % 64).random()
                  _ = try augment.clip(clip, worker: worker, draws: &draws)
                  sample += 1
                }
                return repeats
              }
            ))
        }
      }
    }
    return cases
  }

  private func colors(_ clip: DecodedClip, _ operation: AugmentOperation) throws -> () throws -> Int {
    let augment = Augment(operation)
    let worker = PixelWorker()
    let size = PixelSize(width: 224, height: 224)
    let repeats = options.quick ? 8 : 40
    return {
      for sample in 0..<repeats {
        var draws = context(sample).random()
        _ = try augment.pixels(clip, steps: try augment.steps(for: size, draws: &draws), worker: worker)
      }
      return repeats
    }
  }

  private func context(_ sample: Int) -> ElementContext {
    ElementContext(seed: 0, epoch: 0, sample: sample, identity: "bench", stage: "augment")
  }

  /// The center of each frame as RGB.
  private func rgb(_ clip: DecodedClip) throws -> DecodedClip {
    let box = CropBox(centered: 224, 224, inWidth: clip.frames[0].width, height: clip.frames[0].height)
    let pixels = try Augment().pixels(clip, steps: [.crop(box, isFlipped: false)], worker: PixelWorker())
    let size = 224 * 224 * 3
    let frames = (0..<pixels.frameCount).map { frame in
      VideoFrame(
        width: 224, height: 224, layout: .rgb, packed: Array(pixels.bytes[frame * size..<(frame + 1) * size]))
    }
    return DecodedClip(handle: clip.handle, frames: frames)
  }
}
