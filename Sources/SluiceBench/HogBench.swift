internal import ArgumentParser
internal import SluiceAugment
internal import SluiceMedia
internal import SluiceSamples
internal import SluiceTokenize

/// `sluice bench hog`: the HOG of every frame of a clip.
struct BenchHogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hog", abstract: "Computes HOG targets of 16 frames of 224×224.",
    discussion: """
      Nine unsigned bins, cells of 8×8, each color, unit L2 norm for each cell; one thread.

      Example: sluice bench hog --corpus corpus --json hog.json
      """)

  @OptionGroup var options: CorpusBenchOptions

  func run() throws {
    try options.reporting("hog") { rows, clip in
      let crop = try Augment(.centerCrop(224)).pixels(
        clip,
        steps: [
          .crop(
            CropBox(centered: 224, 224, inWidth: clip.frames[0].width, height: clip.frames[0].height),
            isFlipped: false)
        ], worker: PixelWorker())
      let perFrame = 28 * 28 * HOG.valuesPerCell
      var cells = [Float](repeating: 0, count: crop.frameCount * perFrame)
      var scratch: [Float] = []
      let repeats = options.quick ? 2 : 10
      try rows.interleave(
        [
          (
            "sluice",
            {
              for _ in 0..<repeats {
                for frame in 0..<crop.frameCount {
                  var room = cells.mutableSpan
                  var none = MutableSpan<Float>()
                  let size = 224 * 224 * 3
                  HOG.centralDifferences(
                    of: crop.bytes.span.extracting(frame * size..<(frame + 1) * size), width: 224, height: 224,
                    cells: &room, at: frame * perFrame, histogram: &none, scratch: &scratch)
                }
              }
              return repeats
            }
          )
        ], rounds: options.rounds, "HOG 16x224x224x3", "clips/s")
    }
  }
}
