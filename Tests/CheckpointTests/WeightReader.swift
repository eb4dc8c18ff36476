import Foundation
import TestSupport
import Testing

/// The program beside the tests that reads damaged files with little memory.
enum WeightReader {
  private static var program: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(
      path: "WeightReader")
  }

  /// What became of each file; fewer lines than files where the program crashed, wanted too much memory or did not come to an end.
  static func read(
    _ files: [String], format: String, warmUp: [String], spareBytes: Int, multiple: Int
  ) throws -> [Substring] {
    try withTemporaryFolder { folder in
      let (input, output) = (URL(filePath: "\(folder)/input"), URL(filePath: "\(folder)/output"))
      try Data(files.joined(separator: "\n").utf8).write(to: input)
      try Data().write(to: output)
      let process = Process()
      process.executableURL = program
      process.arguments = ["\(spareBytes)", "\(multiple)", format] + warmUp
      process.currentDirectoryURL = URL(filePath: files[0]).deletingLastPathComponent()
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = FileHandle.nullDevice
      process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      try process.run()
      process.waitUntilExit()
      let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
      return text.split(separator: "\n")
    }
  }
}
