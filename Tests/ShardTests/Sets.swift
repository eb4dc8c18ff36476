import Foundation
import SluiceMedia
import SluiceShards
import Testing

/// A directory that is gone after the test.
final class Scratchpad {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("shards-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// What a directory holds, byte by byte.
func contents(_ path: String) throws -> [String: Data] {
  var files: [String: Data] = [:]
  for name in try FileManager.default.contentsOfDirectory(atPath: path) {
    files[name] = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
  }
  return files
}

func write(_ data: Data, _ path: String) throws { try data.write(to: URL(fileURLWithPath: path)) }

/// Writes clips of `frames` called clip-0, clip-1 … into a set.
@discardableResult
func writeSet(
  _ path: String, _ clips: [[VideoFrame]], _ settings: ShardSettings = ShardSettings(), classes: [String?] = []
) throws
  -> ShardSetWriter.Summary
{
  let writer = try ShardSetWriter(path, settings: settings, classes: classes)
  let encoder = try FrameEncoder(settings)
  for (number, frames) in clips.enumerated() {
    let description = describe(number)
    if writer.finished.contains(description) || writer.failed.contains(description) { continue }
    if frames.isEmpty {
      try writer.fail(description, reason: "no frames, \"none\"")
      continue
    }
    try writer.append(frames.map(encoder.encode), geometry: FrameGeometry(frames[0]))
    try writer.finishClip(description, frameRate: 25)
  }
  return try writer.finish()
}

func describe(_ number: Int) -> ClipDescription {
  ClipDescription(
    path: "videos/clip-\(number) ä.mp4", labels: [number % 7, 3], captions: ["a \"caption\" of \(number)"])
}

func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [tool] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
