import Foundation
import SluicePipelines
import SluiceTraining

/// The built `sluice` executable, run as a user runs it.
struct SluiceProgram {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  // The executable lies beside the test bundle.
  static let path: String = {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "sluice").path ?? ""
    if FileManager.default.isExecutableFile(atPath: beside) { return beside }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return root.appending(path: ".build/release/sluice").path
  }()

  /// Runs a command to its end.
  /// - Parameter whileRunning: gets the process once it runs, to signal it.
  static func run(
    _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:],
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    // Files, not pipes: nobody has to read while the process runs.
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let streams = try ["output", "errors"].map { name in
      let file = folder.appending(path: name)
      try Data().write(to: file)
      return (file, try FileHandle(forWritingTo: file))
    }
    process.standardOutput = streams[0].1
    process.standardError = streams[1].1
    process.standardInput = FileHandle.nullDevice
    try process.run()
    try whileRunning(process)
    process.waitUntilExit()
    let texts = try streams.map { String(decoding: try Data(contentsOf: $0.0), as: UTF8.self) }
    return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  /// Trains and sends `signal` once so many steps are in the log.
  ///
  /// A machine that is busy may let the run come to its end first; it begins anew then, so that what is returned was
  /// interrupted.
  static func train(
    _ arguments: [String], out: String, interruptedAfter steps: Int, by signal: Int32
  ) throws -> Result {
    for _ in 0..<20 {
      let result = try run(arguments + ["--out", out]) { process in
        while process.isRunning, try MetricsLog.lines(at: out + "/metrics.jsonl").count < steps { usleep(1000) }
        kill(process.processIdentifier, signal)
      }
      if result.status != 0 { return result }
      try FileManager.default.removeItem(atPath: out)
    }
    throw CocoaError(.featureUnsupported, userInfo: [NSLocalizedDescriptionKey: "\(out) was never interrupted"])
  }
}
