import Foundation
import SluiceMedia

/// The `ffmpeg` program: what every frame is judged against.
enum FFmpegProgram {
  static let path: String? = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// All pictures of a file in the stream's own pixel format, one after the other.
  static func pictures(of file: String, arguments: [String] = [], stream: Int = 0) throws -> Data {
    // One thread: what damage is hidden behind depends on the number of threads.
    try run(
      ["-threads", "1", "-i", file, "-map", "0:v:\(stream)", "-vsync", "passthrough", "-autoscale", "0"] + arguments + [
        "-f", "rawvideo",
      ])
  }

  /// Runs the program with its output in a file of its own.
  static func run(_ arguments: [String]) throws -> Data {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("media-\(UUID().uuidString).raw")
    defer { try? FileManager.default.removeItem(at: output) }
    try call(arguments + [output.path])
    // Nothing is written of a file without frames.
    return FileManager.default.fileExists(atPath: output.path) ? try Data(contentsOf: output) : Data()
  }

  /// Runs the program.
  static func call(_ arguments: [String]) throws {
    guard let path else { throw Missing() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-v", "quiet", "-nostdin", "-y"] + arguments
    try process.run()
    process.waitUntilExit()
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String { "the ffmpeg program is not installed" }
  }
}

extension VideoFrame {
  /// Whether the frame is the one at `place` of a file of frames as large as it.
  ///
  /// (A plain `==` in an expectation would print megabytes and take minutes to compute the difference.)
  func equals(frame place: Int, of reference: Data) -> Bool {
    let own = packed()
    guard (place + 1) * own.count <= reference.count else { return false }
    return own.withUnsafeBytes { own in
      reference.withUnsafeBytes { memcmp(own.baseAddress!, $0.baseAddress! + place * own.count, own.count) == 0 }
    }
  }
}
