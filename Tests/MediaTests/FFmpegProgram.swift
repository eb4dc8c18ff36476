import Foundation
import SluiceMedia

/// The `ffmpeg` program: what every frame is judged against.
enum FFmpegProgram {
  static let path: String? = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// All pictures of a file in the stream's own pixel format, one after the other.
  static func pictures(of file: String, arguments: [String] = []) throws -> Data {
    try run(["-i", file, "-map", "0:v:0", "-vsync", "passthrough"] + arguments + ["-f", "rawvideo"])
  }

  /// Runs the program with its output in a file of its own.
  static func run(_ arguments: [String]) throws -> Data {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("media-\(UUID().uuidString).raw")
    defer { try? FileManager.default.removeItem(at: output) }
    try call(arguments + [output.path])
    return try Data(contentsOf: output)
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

extension VideoFile {
  /// Bytes of each asked frame, tightly packed.
  func bytes(at indices: [Int]) throws -> [[UInt8]] {
    try frames(at: indices).map { $0.packed() }
  }
}
