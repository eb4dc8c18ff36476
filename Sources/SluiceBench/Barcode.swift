internal import Foundation
internal import SluiceMedia

/// The number that a frame of the corpus carries: 12 blocks of 16×16 pixels in its first rows, highest bit first.
enum Barcode {
  static func number(in frame: VideoFrame) -> Int {
    frame.withPlane(0) { samples, bytesPerRow in
      number { x, y in Int(samples[y * bytesPerRow + x]) }
    }
  }

  private static func number(_ sample: (Int, Int) -> Int) -> Int {
    (0..<12).reduce(0) { number, bit in
      var sum = 0
      for y in 4..<12 { for x in 4..<12 { sum += sample(bit * 16 + x, y) } }
      return number * 2 + (sum > 127 * 64 ? 1 : 0)
    }
  }

  /// The numbers of all frames, in the order in which the `ffmpeg` program puts them out.
  static func referenceOrder(of path: String, width: Int, height: Int) throws -> [Int] {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-bench-\(UUID()).gray")
    defer { try? FileManager.default.removeItem(at: output) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", path, "-map", "0:v:0"]
      + ["-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", output.path]
    try process.run()
    process.waitUntilExit()
    guard let data = FileManager.default.contents(atPath: output.path), data.count >= width * height else {
      throw BenchError("the ffmpeg program is needed to check \(path)")
    }
    let size = width * height
    return (0..<data.count / size).map { frame in
      number { x, y in Int(data[data.startIndex + frame * size + y * width + x]) }
    }
  }
}
