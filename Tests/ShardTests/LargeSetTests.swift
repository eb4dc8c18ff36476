import Foundation
import SluiceMedia
import SluicePlatform
import SluiceShards
import TestSupport
import Testing

/// A set of as many clips as the largest data sets have opens at once, since nothing but the index's header is read.
@Suite struct LargeSetTests {
  private let count = isLongTier ? 1_000_000 : 10_000

  @Test func veryManyClipsOpenAtOnceAndInLittleMemory() throws {
    let scratch = Scratchpad()
    let writer = try ShardSetWriter(scratch("set"))
    let frames = (0..<2).map { Pictures.frame(.natural, width: 2, height: 2, layout: .gray, index: $0) }
    let stored = try frames.map(FrameEncoder(ShardSettings()).encode)
    for number in 0..<count {
      try writer.append([stored[number % 2]], geometry: FrameGeometry(frames[0]))
      try writer.finishClip(describe(number), frameRate: 25)
    }
    _ = try writer.finish()

    let before = try LargeSetTests.mappedBytesInMemory()
    var (best, grown) = (1.0, 0)
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "large")
    for _ in 0..<5 {
      let start = Date()
      let set = try ShardSet(scratch("set"))
      best = min(best, Date().timeIntervalSince(start))
      #expect(set.count == count && set.frameCount == count)
      for _ in 0..<20 {
        let number = random.integer(in: 0...count - 1)
        let clip = try set.clip(number)
        #expect(clip.info.description == describe(number))
        #expect(try set.clips(path: clip.name) == [number])
        #expect(try clip.frames(at: [0])[0].packed() == frames[number % 2].packed())
      }
      // Of the mapped index only the pages that were looked at are in memory.
      grown = max(grown, try LargeSetTests.mappedBytesInMemory() - before)
      withExtendedLifetime(set) {}
    }
    #expect(best < 0.1, "\(best) s")
    #expect(grown < 200 << 20, "\(grown) bytes")
    print("large set: \(count) clips open in \(best) s, \(grown) bytes of mapped files in memory")
  }

  /// What the process has in memory of the files it maps.
  private static func mappedBytesInMemory() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
    return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) * 1024
  }
}
