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

    var (best, resident) = (1.0, 0)
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "large")
    for _ in 0..<5 {
      let (set, seconds) = try processorSeconds { () throws(ShardError) in try ShardSet(scratch("set")) }
      best = min(best, seconds)
      #expect(set.count == count && set.frameCount == count)
      for _ in 0..<20 {
        let number = random.integer(in: 0...count - 1)
        let clip = try set.clip(number)
        #expect(clip.info.description == describe(number))
        #expect(try set.clips(path: clip.name) == [number])
        #expect(try clip.frames(at: [0])[0].packed() == frames[number % 2].packed())
      }
      // Of the mapped files only the pages that were looked at are in memory.
      resident = max(resident, try LargeSetTests.residentByteCount(ofFilesIn: scratch("set")))
      withExtendedLifetime(set) {}
    }
    #expect(best < 0.1, "\(best) s")
    #expect(resident > 0 && resident < 200 << 20, "\(resident) bytes")
    print("large set: \(count) clips open in \(best) s of a processor, \(resident) bytes of mapped files in memory")
  }

  /// What the process has in memory of the files in a folder that it maps.
  private static func residentByteCount(ofFilesIn folder: String) throws -> Int {
    // Read to its end: the system gives it a page at a time, and no length.
    let handle = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps"))
    let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    var (isWanted, kilobytes) = (false, 0)
    for line in text.split(separator: "\n") {
      // A mapping begins with its addresses and its file; lines with its figures follow, each with a name and a colon.
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      if fields[0].contains("-") { isWanted = line.contains(" \(folder)/") }
      if isWanted, fields[0] == "Rss:" { kilobytes += try #require(Int(fields[1])) }
    }
    return kilobytes * 1024
  }
}
