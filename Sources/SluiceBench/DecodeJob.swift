internal import Foundation
internal import SluiceAugment

/// One random clip: 16 frames at stride 4, a crop of the frame at short side 256, and whether it is mirrored.
///
/// The jobs of a seed are those of `decode_bench.py`.
struct DecodeJob: Sendable {
  let path: String
  let indices: [Int]
  let resized: PixelSize
  let box: CropBox
  let isFlipped: Bool

  static func jobs(_ clips: [BenchCorpus.Clip], of corpus: BenchCorpus, count: Int, seed: UInt32) -> [DecodeJob] {
    var random = PythonRandom(seed: seed)
    return (0..<count).map { DecodeJob(clips[$0 % clips.count], of: corpus, &random) }
  }

  private init(_ clip: BenchCorpus.Clip, of corpus: BenchCorpus, _ random: inout PythonRandom) {
    let start = random.integer(in: 0...max(0, clip.frames - 61))
    path = corpus.path(clip)
    indices = (0..<16).map { min(start + 4 * $0, clip.frames - 1) }
    resized = DecodeJob.shortSide(256, width: clip.width, height: clip.height)
    box = DecodeJob.box(in: resized, &random)
    isFlipped = random.real() < 0.5
  }

  private static func shortSide(_ side: Int, width: Int, height: Int) -> PixelSize {
    height <= width
      ? PixelSize(width: Int(Double(width * side) / Double(height)), height: side)
      : PixelSize(width: side, height: Int(Double(height * side) / Double(width)))
  }

  private static func box(in size: PixelSize, _ random: inout PythonRandom) -> CropBox {
    let area = Double(size.width * size.height)
    for _ in 0..<10 {
      let part = area * random.uniform(0.5, 1)
      let ratio = exp(random.uniform(log(3.0 / 4), log(4.0 / 3)))
      let width = Int((part * ratio).squareRoot().rounded(.toNearestOrEven))
      let height = Int((part / ratio).squareRoot().rounded(.toNearestOrEven))
      if width > 0, width <= size.width, height > 0, height <= size.height {
        let top = random.integer(in: 0...size.height - height)
        return CropBox(top: top, left: random.integer(in: 0...size.width - width), height: height, width: width)
      }
    }
    let side = min(size.width, size.height)
    return CropBox(top: (size.height - side) / 2, left: (size.width - side) / 2, height: side, width: side)
  }

  /// The crop in a decoded frame's own pixels, resized to 224×224 at once.
  func step(width: Int, height: Int) -> PixelStep {
    let scale = 256 / Double(min(width, height))
    func scaled(_ value: Int) -> Int { Int((Double(value) / scale).rounded(.toNearestOrEven)) }
    let (top, left) = (scaled(box.top), scaled(box.left))
    let own = CropBox(
      top: top, left: left, height: min(scaled(box.height), height - top), width: min(scaled(box.width), width - left))
    return .resize(own, width: 224, height: 224, .bilinear, isFlipped: isFlipped)
  }
}
