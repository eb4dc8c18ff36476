import Dispatch
import Foundation
import Glibc

/// A finished run of the built `sluice` program.
public struct ProgramRun: Sendable {
  /// The exit code; negative is the number of the signal that ended it.
  public let status: Int32
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let messages: String
  /// From start to end, in seconds.
  public let seconds: Double
  /// The most memory it had at once, as seen while it ran: at least this.
  public let peakByteCount: Int
}

/// The built program, beside the tests.
public enum SluiceProgram {
  /// Its path, or `nil` where only tests were built.
  public static let path: String? = {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let candidates = [
      folder.appendingPathComponent("sluice").path,
      Golden.packageRoot.appendingPathComponent(".build/release/sluice").path,
    ]
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Runs it and waits.
  ///
  /// - Parameters:
  ///   - limits: commands of the shell before it, such as `ulimit -d 131072` (kilobytes of memory of its own; the
  ///     runtime takes 40 MB of it for the stacks of its threads).
  ///   - directory: its working directory.
  public static func run(
    _ arguments: [String], limits: String = "", directory: String? = nil
  ) throws -> ProgramRun {
    guard let path else { throw GoldenError("the program sluice was not built; run swift build -c release") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", limits + (limits.isEmpty ? "" : "; ") + "exec \"$0\" \"$@\"", path] + arguments
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    let start = ContinuousClock.now
    try process.run()
    // Both are read while it runs: a full pipe would stop the program.
    let (outputData, errorData) = (Collected(output), Collected(messages))
    var peak = 0
    while process.isRunning {
      peak = max(peak, peakMemory(process.processIdentifier))
      usleep(500)
    }
    process.waitUntilExit()
    let elapsed = ContinuousClock.now - start
    let isSignal = process.terminationReason == .uncaughtSignal
    return ProgramRun(
      status: isSignal ? -process.terminationStatus : process.terminationStatus,
      output: outputData.text, messages: errorData.text,
      seconds: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18,
      peakByteCount: peak)
  }

  /// The high-water mark of a process's memory; 0 when it is gone.
  private static func peakMemory(_ process: Int32) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first { Int($0) != nil }.flatMap { Int($0) } ?? 0) * 1024
  }
}

/// What comes out of a pipe until its end, read on a thread of its own.
private final class Collected: @unchecked Sendable {
  // Safe to share: the thread writes before it signals, the owner reads after.
  private var data = Data()
  private let done = DispatchSemaphore(value: 0)

  init(_ pipe: Pipe) {
    Thread.detachNewThread { [self] in
      data = pipe.fileHandleForReading.readDataToEndOfFile()
      done.signal()
    }
  }

  lazy var text: String = {
    done.wait()
    return String(decoding: data, as: UTF8.self)
  }()
}
