import Foundation
import SluiceMedia
import SluiceShards
import TestSupport
import Testing

@Suite struct VerifyAndRepairTests {
  private func smallSet(_ scratch: Scratchpad) throws -> [[VideoFrame]] {
    let clips = (0..<6).map { Pictures.clip(3, width: 48, height: 32, seed: UInt64($0)) }
    try writeSet(scratch("set"), clips, ShardSettings(shardSize: 1 << 16))
    return clips
  }

  @Test func aSoundSetHasNoProblems() throws {
    let scratch = Scratchpad()
    let clips = try smallSet(scratch)
    var last: UInt64 = 0
    let report = try ShardVerification.check(scratch("set")) { last = max(last, $0) }
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(report.clips == 6 && report.frames == clips.reduce(0) { $0 + $1.count } && last > 0)
    let before = try contents(scratch("set"))
    #expect(try ShardRepair.repair(scratch("set")).rewritten.isEmpty)
    #expect(try contents(scratch("set")) == before)
  }

  @Test func everyFlippedByteIsFound() throws {
    let scratch = Scratchpad()
    _ = try smallSet(scratch)
    let files = try contents(scratch("set"))
    for (name, data) in files where name != "failures.csv" {
      for place in stride(from: 0, to: data.count, by: isLongTier ? 1 : 97) {
        var changed = data
        changed[place] ^= 1 << (place % 8)
        try write(changed, scratch("set/\(name)"))
        #expect(try !ShardVerification.check(scratch("set")).problems.isEmpty, "\(name), byte \(place)")
      }
      try write(data, scratch("set/\(name)"))
    }
  }

  @Test func aFlippedByteCostsItsClipOnlyAndIsReportedWithItsPlace() throws {
    let scratch = Scratchpad()
    let clips = try smallSet(scratch)
    let name = "shard-00000.zst"
    let data = try #require(try contents(scratch("set"))[name])
    let place = data.count / 3
    var changed = data
    changed[place] ^= 0x10
    try write(changed, scratch("set/\(name)"))

    let set = try ShardSet(scratch("set"))
    var damaged: [Int] = []
    for number in 0..<set.count {
      do {
        let clip = try set.clip(number)
        let frames = try clip.frames(at: [0, 1, 2])
        #expect(frames.map { $0.packed() } == clips[number].map { $0.packed() })
      } catch let error as ShardError {
        damaged.append(number)
        #expect(error.code == .damaged && error.file == name && error.clip == number && error.offset != nil)
      }
    }
    #expect(damaged.count == 1)
    let problem = try #require(try ShardVerification.check(scratch("set")).problems.first)
    #expect(problem.file == name && problem.clip == damaged[0])
    #expect(try #require(problem.offset) <= UInt64(place))

    let repair = try ShardRepair.repair(scratch("set"))
    #expect(repair.rewritten == [name] && repair.lost.map(\.description) == [describe(damaged[0])])
    #expect(try ShardVerification.check(scratch("set")).problems.isEmpty)
    #expect(try ShardSet(scratch("set")).count == 5)
    let csv = try String(contentsOfFile: scratch("set/failures.csv"), encoding: .utf8)
    #expect(csv.contains(describe(damaged[0]).path))
    // Preprocessing the list again brings the lost clip back.
    #expect(try writeSet(scratch("set"), clips, ShardSettings(shardSize: 1 << 16)).clips == 6)
    #expect(try ShardVerification.check(scratch("set")).problems.isEmpty)
  }

  @Test func aTruncatedShardKeepsTheClipsBeforeTheCut() throws {
    let scratch = Scratchpad()
    let clips = try smallSet(scratch)
    let data = try #require(try contents(scratch("set"))["shard-00000.zst"])
    for cut in [data.count - 1, data.count - 200, data.count / 2, data.count / 4, 300] {
      try write(data.prefix(cut), scratch("set/shard-00000.zst"))
      #expect(throws: ShardError.self) { try ShardSet(scratch("set")).clip(0).frames(at: [0]) }
      #expect(try !ShardVerification.check(scratch("set")).problems.isEmpty)
      let repair = try ShardRepair.repair(scratch("set"))
      #expect(repair.rewritten == ["shard-00000.zst"])
      let set = try ShardSet(scratch("set"))
      for number in 0..<set.count {
        #expect(try set.clip(number).frames(at: [2])[0].packed() == clips[number][2].packed())
      }
      #expect(try ShardVerification.check(scratch("set")).problems.isEmpty)
      #expect(set.count == (cut > data.count - 400 ? 6 : set.count))
      try write(data, scratch("set/shard-00000.zst"))
      _ = try ShardRepair.repair(scratch("set"))
    }
  }

  @Test func aLostIndexIsMadeAgainFromTheShards() throws {
    let scratch = Scratchpad()
    _ = try smallSet(scratch)
    let before = try contents(scratch("set"))
    for damage in [Data(), Data("not an index at all, but long enough to look like one ".utf8) + Data(count: 200)] {
      try write(damage, scratch("set/index.sluice"))
      let error = #expect(throws: ShardError.self) { try ShardSet(scratch("set")) }
      #expect(error?.description.contains("sluice shards repair") == true)
      _ = try ShardRepair.repair(scratch("set"))
      #expect(try contents(scratch("set")) == before)
    }
    try FileManager.default.removeItem(atPath: scratch("set/index.sluice"))
    _ = try ShardRepair.repair(scratch("set"))
    #expect(try contents(scratch("set")) == before)
  }

  @Test func aDamagedHeaderCostsNothing() throws {
    let scratch = Scratchpad()
    _ = try smallSet(scratch)
    let before = try contents(scratch("set"))
    var data = try #require(before["shard-00000.zst"])
    data[20] ^= 0xFF
    try write(data, scratch("set/shard-00000.zst"))
    #expect(try ShardRepair.repair(scratch("set")).lost.isEmpty)
    #expect(try contents(scratch("set")) == before)
  }

  @Test func aMissingShardIsNamed() throws {
    let scratch = Scratchpad()
    let clips = (0..<8).map { Pictures.clip(9, seed: UInt64($0)) }
    try writeSet(scratch("set"), clips, ShardSettings(shardSize: 1 << 16))
    try FileManager.default.removeItem(atPath: scratch("set/shard-00000.zst"))
    #expect(try ShardVerification.check(scratch("set")).problems.contains { $0.file == "shard-00000.zst" })
    let error = #expect(throws: ShardError.self) { try ShardRepair.repair(scratch("set")) }
    #expect(error?.description.contains("shard-00000.zst is missing") == true)
  }
}
