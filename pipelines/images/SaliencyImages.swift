/// The frames of a clip, and each of them as bright as it counts for a text.
struct SaliencyImages {
  private let frames: [Image]
  private let lit: [[Image]]

  /// Height of the bar below a frame, pixels.
  private static let barHeight = 8

  /// - Parameter saliency: how much each frame counts, for each text.
  /// - Precondition: as many numbers as frames for each text.
  init(_ frames: [Image], saliency: [[Double]]) {
    self.frames = frames
    lit = saliency.map { shares in
      precondition(shares.count == frames.count, "\(shares.count) shares of \(frames.count) frames")
      let most = max(shares.max() ?? 0, .leastNormalMagnitude)
      return zip(frames, shares).map { Self.lit($0, $1 / most) }
    }
  }

  /// The frames side by side, and below them a row for each text.
  var strip: Image { .column([.row(frames)] + lit.map { .row($0) }) }

  /// For each frame: it, and beside it how it counts for each text; to be seen one after the other.
  var steps: [Image] {
    frames.enumerated().map { number, frame in
      .row([Self.barred(frame, length: 0)] + lit.map { $0[number] })
    }
  }

  /// The frames, and how they count for the first text, each in rows that are not long.
  var mosaics: [Image] { [Self.mosaic(of: frames)] + lit.prefix(1).map { Self.mosaic(of: $0) } }

  /// A frame as bright as `share` says, and below it a bar that is as long.
  /// - Parameter share: 0…1, of the frame that counts most.
  private static func lit(_ frame: Image, _ share: Double) -> Image {
    let light = 0.2 + 0.8 * share
    let dimmed = Image(
      width: frame.width, height: frame.height, bytes: frame.bytes.map { UInt8((Double($0) * light).rounded()) })
    return barred(dimmed, length: Int((share * Double(frame.width)).rounded()))
  }

  private static func barred(_ frame: Image, length: Int) -> Image {
    let (color, ground): ([UInt8], [UInt8]) = ([255, 176, 0], [48, 48, 48])
    var line: [UInt8] = []
    for column in 0..<frame.width { line += column < length ? color : ground }
    let bar = (0..<barHeight).flatMap { _ in line }
    return Image(width: frame.width, height: frame.height + barHeight, bytes: frame.bytes + bar)
  }

  /// Images of one size in rows of four, or of eight where there are many.
  private static func mosaic(of images: [Image]) -> Image {
    guard let first = images.first else { return Image(width: 0, height: 0, bytes: []) }
    let columns = images.count > 16 ? 8 : min(4, images.count)
    let blank = Image(
      width: first.width, height: first.height,
      bytes: [UInt8](repeating: 255, count: 3 * first.width * first.height))
    return .column(
      stride(from: 0, to: images.count, by: columns).map { start in
        let row = Array(images[start..<min(start + columns, images.count)])
        return .row(row + [Image](repeating: blank, count: columns - row.count))
      })
  }
}
