import SluiceMedia
import SluicePlatform
import SluiceShards

/// Frames made for tests: smooth motion with noise, flat areas, noise alone.
enum Pictures {
  enum Kind: CaseIterable { case natural, flat, noise, black }

  static func frame(
    _ kind: Kind, width: Int, height: Int, layout: PixelLayout, index: Int = 0, seed: UInt64 = 7
  ) -> VideoFrame {
    var random = KeyedRandom(seed: seed, epoch: 0, sample: index, stage: "pictures")
    var bytes: [UInt8] = []
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      for y in 0..<size.rows {
        for x in 0..<size.bytesPerRow {
          switch kind {
          case .natural:
            let wave = (x + 3 * index) / 3 &+ y / 2 &+ (x / 16 ^ y / 16) * 5 % 40 + plane * 20
            bytes.append(UInt8(truncatingIfNeeded: wave &+ Int(random.next() & 3)))
          case .flat: bytes.append(x / 40 + y / 40 + index & 1 == 0 ? 60 : 61)
          case .noise: bytes.append(UInt8(truncatingIfNeeded: random.next()))
          case .black: bytes.append(plane == 0 ? 16 : 128)
          }
        }
      }
    }
    return VideoFrame(
      width: width, height: height, layout: layout, color: ColorDescription(matrix: .bt709, range: .full),
      time: Double(index) / 25, packed: bytes)
  }

  static func clip(
    _ count: Int, width: Int = 64, height: Int = 48, layout: PixelLayout = .yuv420, seed: UInt64 = 7
  )
    -> [VideoFrame]
  {
    (0..<count).map { frame(.natural, width: width, height: height, layout: layout, index: $0, seed: seed) }
  }
}
