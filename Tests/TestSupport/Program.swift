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
  /// What it took of processors, in seconds, as seen while it ran; the time of nothing that ran beside it.
  public let processorSeconds: Double
  /// The bytes it asked the system to read, as seen while it ran; not those of mapped files.
  public let readByteCount: Int
  /// The most memory it had at once, mapped files included, as seen while it ran: at least this.
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
    try process.run()
    // Both are read while it runs: a full pipe would stop the program.
    let (outputData, errorData) = (Collected(output), Collected(messages))
    var usage = Usage()
    while process.isRunning {
      usage.look(at: process.processIdentifier)
      usleep(500)
    }
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    return ProgramRun(
      status: isSignal ? -process.terminationStatus : process.terminationStatus,
      output: outputData.text, messages: errorData.text,
      processorSeconds: usage.processorSeconds, readByteCount: usage.readByteCount, peakByteCount: usage.peakByteCount)
  }
}

/// What a process has used, as the system counts it; each look keeps what was seen before when the process is gone.
private struct Usage {
  var processorSeconds = 0.0
  var readByteCount = 0
  var peakByteCount = 0

  mutating func look(at process: Int32) {
    if let kilobytes = number("VmHWM:", in: "/proc/\(process)/status") { peakByteCount = kilobytes * 1024 }
    if let count = number("rchar:", in: "/proc/\(process)/io") { readByteCount = count }
    // Behind the program's name, which ends with the last parenthesis: user and system time are the 12th and 13th field.
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 12,
      let user = Double(fields[11]), let system = Double(fields[12])
    else { return }
    processorSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private func number(_ key: String, in path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
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
