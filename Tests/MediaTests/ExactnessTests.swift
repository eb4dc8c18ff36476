import Foundation
import SluiceMedia
import SluicePlatform
import Testing

/// Real files where there are some: `../shared/videos` beside the package, and the folder `$SLUICE_CORPUS`.
enum RealFiles {
  static let paths: [String] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var folders = [root.appendingPathComponent("../shared/videos").standardizedFileURL.path]
    if let corpus = ProcessInfo.processInfo.environment["SLUICE_CORPUS"] { folders.append(corpus) }
    let kinds: Set = ["mp4", "mkv", "avi", "webm", "ts", "mov"]
    return folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        .filter { kinds.contains(($0 as NSString).pathExtension) && $0 != "corrupted.mp4" }
        .map { folder + "/" + $0 }
    }
  }()
}

@Suite struct ExactnessTests {
  @Test(arguments: RealFiles.paths)
  func everyFrameEqualsFFmpegs(path: String) throws {
    let reference = try FFmpegProgram.pictures(of: path)
    let file = try VideoFile(path: path)
    let first = try #require(try file.frames(at: [0]).first)
    let size = first.packed().count
    #expect(
      reference.count == file.frameCount * size,
      "\(file.frameCount) frames, ffmpeg \(Double(reference.count) / Double(size))")
    func matches(_ number: Int, _ frame: VideoFrame) -> Bool {
      let start = number * size
      guard start + size <= reference.count else { return false }
      return frame.packed().withUnsafeBytes { own in
        reference.withUnsafeBytes { own.count == size && memcmp(own.baseAddress!, $0.baseAddress! + start, size) == 0 }
      }
    }
    var wrong: [Int] = []
    try file.forEachFrame(at: 0..<file.frameCount) { if !matches($0, $1) { wrong.append($0) } }
    #expect(wrong.isEmpty, "in order: \(wrong.prefix(20))")
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "exactness")
    for _ in 0..<12 {
      let wanted = (0..<6).map { _ in random.integer(in: 0...file.frameCount - 1) }
      let got = try file.frames(at: wanted)
      for (number, frame) in zip(wanted, got) where !matches(number, frame) { wrong.append(number) }
      #expect(wrong.isEmpty, "at random, asked \(wanted): \(wrong)")
    }
  }
}
