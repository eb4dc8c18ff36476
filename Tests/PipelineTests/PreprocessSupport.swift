import Foundation
import SluiceMedia
import SluicePlatform

/// A directory that is gone after the test.
final class TemporaryFolder {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ text: String, _ name: String) throws -> String {
    try text.write(toFile: self(name), atomically: true, encoding: .utf8)
    return self(name)
  }

  /// Encodes a small moving picture.
  func video(_ name: String, frames: Int, width: Int = 64, height: Int = 48, seed: Int = 0) throws {
    let pictures = (0..<frames).map { index -> VideoFrame in
      var bytes: [UInt8] = []
      for plane in 0..<3 {
        let size = PixelLayout.yuv420.planeSize(plane, width: width, height: height)
        for y in 0..<size.rows {
          for x in 0..<size.bytesPerRow {
            bytes.append(UInt8(truncatingIfNeeded: (x + 2 * index) * (seed % 5 + 2) + y * (plane + 1) + seed * 17))
          }
        }
      }
      return VideoFrame(width: width, height: height, layout: .yuv420, packed: bytes)
    }
    let writer = try VideoWriter(path: self(name), like: pictures[0])
    for picture in pictures { try writer.append(picture) }
    try writer.finish()
  }

  /// The bytes of all files in a folder; 0 before there is one.
  func byteCount(_ name: String) -> Int {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: self(name))) ?? []
    return files.reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(self(name))/\(file)")
      return sum + (attributes?[.size] as? Int ?? 0)
    }
  }

  /// Everything in a folder, byte by byte.
  func contents(_ name: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for file in try FileManager.default.contentsOfDirectory(atPath: self(name)) {
      files[file] = try Data(contentsOf: URL(fileURLWithPath: "\(self(name))/\(file)"))
    }
    return files
  }
}

/// Starts `sluice` with its output thrown away.
func startSluice(_ arguments: [String]) throws -> Process {
  let process = Process()
  process.executableURL = URL(filePath: SluiceProgram.path)
  process.arguments = arguments
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  try process.run()
  return process
}
