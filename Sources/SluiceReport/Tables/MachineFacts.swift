internal import Foundation
internal import SluicePlatform

/// What a run ran on and with, to repeat it and to interpret its times.
public struct MachineFacts: Sendable {
  /// Names and values, for a table.
  public let facts: [(name: String, value: String)]

  /// What is known of this process: versions, processor, system.
  public static var current: MachineFacts {
    let known: [(String, String?)] = [
      ("Sluice", SluiceVersion.text), ("source", commit), ("Swift", swift), ("processor", processor),
      ("cores", "\(ProcessInfo.processInfo.activeProcessorCount)"),
      ("memory", "\((Double(ProcessInfo.processInfo.physicalMemory) / 1e9).threeDigits) GB"),
      ("system", line("PRETTY_NAME", of: "/etc/os-release", after: "=")),
    ]
    return MachineFacts(facts: known.compactMap { name, value in value.map { (name, $0) } })
  }

  /// The facts as a table.
  public var table: DataTable {
    DataTable(
      "Versions and machine.", columns: [.text("what"), .text("value")], rows: facts.map { [$0.name, $0.value] })
  }

  // The compiler says its version only as conditions.
  private static var swift: String {
    #if compiler(>=6.4)
    "6.4 or later"
    #elseif compiler(>=6.3)
    "6.3"
    #else
    "6.2"
    #endif
  }

  private static var processor: String? { line("model name", of: "/proc/cpuinfo", after: ":") }

  /// The value of the first line that begins with `key`.
  private static func line(_ key: String, of path: String, after separator: Character) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(separator: separator, maxSplits: 1).last
      .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"")) }
  }

  /// The commit of the checkout that the program was built in, with a mark if it was changed since.
  private static var commit: String? {
    var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    repeat {
      folder.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.appending(path: ".git").path) { break }
    } while folder.path != "/"
    let isSluice =
      (try? String(contentsOf: folder.appending(path: "Package.swift"), encoding: .utf8))?
      .contains("name: \"Sluice\"") ?? false
    return isSluice ? output(of: ["git", "-C", folder.path, "describe", "--always", "--dirty=, changed since"]) : nil
  }

  private static func output(of command: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return process.terminationStatus == 0 && !text.isEmpty ? text : nil
  }
}
