import Foundation
import SluiceMedia
import SluiceShards
import Testing

/// What a set does not take, in the sentences that say so.
@Suite struct RefusalTests {
  private let scratch = Scratchpad()

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  @Test(arguments: [
    (ShardSettings(level: 0), "level 0: 1 to 19 are there. 1 is the fastest, each higher one slower to write."),
    (ShardSettings(shortSide: 8), "short side 8: 16 to 8192 pixels are possible."),
    (ShardSettings(frameRate: .nan), "frame rate nan: above 0 and at most 1000 frames per second are possible."),
    (ShardSettings(frameLimit: 0), "frames 0: a clip keeps at least one."),
    (ShardSettings(shardSize: 100), "shard size 100: at least 65536 bytes are needed."),
  ])
  func settingsOutsideTheirRangesAreRefused(settings: ShardSettings, sentence: String) {
    #expect(message { _ = try ShardSetWriter(scratch("set"), settings: settings) } == sentence)
    #expect(!FileManager.default.fileExists(atPath: scratch("set")))
  }

  @Test func aDirectoryOfSomethingElseIsLeftAlone() throws {
    try writeSet(scratch("set"), (0..<8).map { Pictures.clip(9, seed: UInt64($0)) }, ShardSettings(shardSize: 1 << 16))
    let settings = ShardSettings(level: 3, shardSize: 1 << 16)
    #expect(
      message { _ = try ShardSetWriter(scratch("set"), settings: settings) }.hasSuffix(
        "its shards were made with other settings: now level 3 instead of 1. Use the same settings, or another directory."
      ))
    try FileManager.default.removeItem(atPath: scratch("set/shard-00000.zst"))
    #expect(
      message { _ = try ShardSetWriter(scratch("set"), settings: ShardSettings(shardSize: 1 << 16)) }.hasSuffix(
        "shard-00000.zst is missing, shard-00001.zst is there. Put it back, or choose a new directory."))
    #expect(
      message { _ = try ShardRepair.repair(scratch("set")) }.hasSuffix(
        "shard-00000.zst is missing. Put it back, or move later shards to another directory."))
    let problems = try ShardVerification.check(scratch("set")).problems.map(\.description)
    #expect(problems.contains("shard-00000.zst: it is missing"), "\(problems)")

    let busy = try ShardSetWriter(scratch("busy"))
    #expect(
      message { _ = try ShardSetWriter(scratch("busy")) }.hasSuffix(
        "another process is writing shards here. Wait for it, or choose another directory."))
    _ = try busy.finish()
    try FileManager.default.createDirectory(atPath: scratch("other"), withIntermediateDirectories: true)
    try write(Data([1]), scratch("other/notes.txt"))
    #expect(
      message { _ = try ShardSetWriter(scratch("other")) }.hasSuffix(
        "it holds notes.txt, which is no part of a shard set. Choose an empty or new directory."))
  }

  @Test func aSetThatIsBeingWrittenIsNotRepaired() throws {
    let clip = Pictures.clip(2)
    try writeSet(scratch("set"), [clip])
    let writer = try ShardSetWriter(scratch("set"))
    #expect(message { _ = try ShardRepair.repair(scratch("set")) }.hasSuffix("another process is writing shards here"))
    _ = try writer.finish()
  }

  @Test func clipsThatCannotBeStoredAreRefused() throws {
    let writer = try ShardSetWriter(scratch("set"))
    let encoder = try FrameEncoder(ShardSettings())
    let (small, large) = (Pictures.clip(1), Pictures.clip(1, width: 80))
    #expect(message { try writer.finishClip(describe(0), frameRate: 25) } == "videos/clip-0 ä.mp4 has no frames")
    try writer.append(small.map(encoder.encode), geometry: FrameGeometry(small[0]))
    #expect(
      message { try writer.append(large.map(encoder.encode), geometry: FrameGeometry(large[0])) }
        == "frame 1 is 80×48 yuv420 bt709 full, the clip began with 64×48 yuv420 bt709 full")
    let endless = ClipDescription(path: "a.mp4", start: 0, end: .infinity)
    #expect(message { try writer.finishClip(endless, frameRate: 25) }.hasPrefix("cannot be written as JSON:"))
  }

  @Test func classesInAnotherOrderAreRefused() throws {
    try writeSet(scratch("set"), [Pictures.clip(1)], classes: ["left", "right"])
    #expect(
      message { _ = try ShardSetWriter(scratch("set"), classes: ["right", "left"]) }.contains(
        "its shards number the classes in another way: “right” is 1 there, 0 in the list's classes. Use the same classes, "
          + "or another directory."))
    let writer = try ShardSetWriter(scratch("set"))
    #expect(
      message { _ = try writer.reconcile(with: [ClipDescription(path: "new.mp4", labels: [7])]) }.contains(
        "new.mp4 has the label 7, outside the 2 classes of the set. Correct the list, or choose another directory."))
  }

  /// Shards that are written again with other labels copy their frames, and look at them first.
  @Test func framesThatAreDamagedAreNotCopied() throws {
    for (sentence, change) in [
      (
        "a frame does not have its checksum",
        { set in set.shard[Int(ForgedSet.number(set.shard, set.chunkTable, 8)) + 9] ^= 0x40 }
      ),
      (
        "a frame is outside the file",
        { set in
          let own = set.record + 48 + Int(ForgedSet.number(set.shard, set.record + 44, 4))
          for table in [set.chunkTable, own] { ForgedSet.put(1 << 40, 8, &set.shard, table) }
          set.sealFrame(at: set.record)
          set.sealFrame(at: set.footer)
        }
      ),
    ] as [(String, (ForgedSet) -> Void)] {
      let set = try ForgedSet()
      change(set)
      try set.store()
      let writer = try ShardSetWriter(set.path)
      var corrected = describe(0)
      corrected.labels = [5]
      #expect(message { _ = try writer.reconcile(with: [corrected, describe(1)]) }.contains(sentence))
    }
  }
}
