import Foundation
import SluiceMedia
import SluicePlatform

/// Moving pictures that carry their number, for files that the tests make themselves.
enum TestPictures {
  /// Picture `number`: a texture that moves, noise, and 10 blocks that spell the number in the first rows.
  static func frame(_ number: Int, width: Int = 176, height: Int = 96, layout: PixelLayout = .yuv420) -> VideoFrame {
    var bytes: [UInt8] = []
    var random = KeyedRandom(seed: 3, epoch: 0, sample: number, stage: "noise")
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      for y in 0..<size.rows {
        var noise = random.next()
        for x in 0..<size.bytesPerRow {
          let wave = (x + 3 * number) * (y + number) / 7 & 127
          var value = plane == 0 ? 64 + wave : 96 + wave / 2
          if plane == 0 {
            value += Int(noise & 15)
            noise = noise >> 4 | noise << 60
            if y < 16, x < 160 { value = number >> (9 - x / 16) & 1 == 1 ? 235 : 20 }
          }
          bytes.append(UInt8(value))
        }
      }
    }
    return VideoFrame(width: width, height: height, layout: layout, packed: bytes)
  }

  /// The number in a decoded picture.
  static func number(in frame: VideoFrame) -> Int {
    frame.withPlane(0) { samples, bytesPerRow in
      let bytes = frame.layout == .rgb ? 3 : 1
      return (0..<10).reduce(0) { $0 * 2 + (samples[8 * bytesPerRow + bytes * (16 * $1 + 8)] > 127 ? 1 : 0) }
    }
  }

  /// Writes `count` pictures.
  static func write(
    _ path: String, count: Int, encoding: VideoEncoding = .h264(), width: Int = 176, height: Int = 96,
    layout: PixelLayout = .yuv420, time: (Int) -> Int = { $0 }
  ) throws {
    let writer = try VideoWriter(
      path: path, like: frame(0, width: width, height: height, layout: layout), encoding: encoding)
    for number in 0..<count {
      try writer.append(frame(number, width: width, height: height, layout: layout), at: time(number))
    }
    try writer.finish()
  }
}

/// A folder that lives as long as a test.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("media-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { path + "/" + name }
}
