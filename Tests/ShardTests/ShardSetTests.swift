import Foundation
import SluiceMedia
import SluiceShards
import Testing

@Suite struct ShardSetTests {
  @Test func clipsComeBackByNumberAndByPath() throws {
    let scratch = Scratchpad()
    let clips = (0..<9).map { Pictures.clip(4 + $0, seed: UInt64($0)) }
    let summary = try writeSet(scratch("set"), clips, ShardSettings(shardSize: 1 << 16))
    #expect(summary.clips == 9 && summary.shards > 1 && summary.failures.isEmpty)

    let set = try ShardSet(scratch("set"))
    #expect(set.count == 9 && set.frameCount == clips.reduce(0) { $0 + $1.count })
    for number in clips.indices {
      let clip = try set.clip(number)
      #expect(clip.info.description == describe(number))
      #expect(clip.frameCount == clips[number].count && clip.frameRate == 25)
      let indices = [clip.frameCount - 1, 0, 2, 2]
      let frames = try clip.frames(at: indices)
      for (frame, index) in zip(frames, indices) {
        #expect(frame.packed() == clips[number][index].packed())
        #expect(frame.time == clips[number][index].time && frame.color == clips[number][index].color)
      }
      #expect(try set.clips(path: describe(number).path) == [number])
    }
    #expect(try set.clips(path: "videos/none").isEmpty)
  }

  @Test func aFrameThatIsNotThereIsNamed() throws {
    let scratch = Scratchpad()
    try writeSet(scratch("set"), [Pictures.clip(5)])
    let clip = try ShardSet(scratch("set")).clip(0)
    let error = #expect(throws: ShardError.self) { try clip.frames(at: [0, 5]) }
    #expect(error?.code == .missing)
    #expect(error?.description.contains("frame 5 asked") == true)
  }

  @Test func zstdTestsEveryShard() throws {
    let scratch = Scratchpad()
    try writeSet(scratch("set"), (0..<5).map { Pictures.clip(6, seed: UInt64($0)) }, ShardSettings(shardSize: 1 << 16))
    for name in try FileManager.default.contentsOfDirectory(atPath: scratch("set")) where name.hasSuffix(".zst") {
      let result = try run("zstd", ["-t", "-q", scratch("set/\(name)")])
      #expect(result.status == 0, "\(result.output)")
    }
  }

  @Test func goingOnGivesTheBytesOfAnUninterruptedRun() throws {
    let scratch = Scratchpad()
    var clips = (0..<12).map { Pictures.clip(5, seed: UInt64($0)) }
    clips[3] = []
    clips[7] = []
    let settings = ShardSettings(shardSize: 1 << 16)
    try writeSet(scratch("whole"), clips, settings)
    // Interrupted after each clip in turn: the writer is dropped without a word.
    for stop in 0..<clips.count {
      let path = scratch("stopped-\(stop)")
      do {
        let writer = try ShardSetWriter(path, settings: settings)
        let encoder = try FrameEncoder(settings)
        for number in 0..<stop {
          guard !clips[number].isEmpty else {
            try writer.fail(describe(number), reason: "no frames, \"none\"")
            continue
          }
          try writer.append(clips[number].map(encoder.encode), geometry: FrameGeometry(clips[number][0]))
          try writer.finishClip(describe(number), frameRate: 25)
        }
        try writer.append([encoder.encode(Pictures.clip(1)[0])], geometry: FrameGeometry(Pictures.clip(1)[0]))
      }
      try writeSet(path, clips, settings)
      #expect(try contents(path) == contents(scratch("whole")), "stopped after \(stop)")
    }
    // Once more changes nothing.
    let before = try contents(scratch("whole"))
    try writeSet(scratch("whole"), clips, settings)
    #expect(try contents(scratch("whole")) == before)
  }

  @Test func aLongerListAppendsShardsAndTriesFailuresAgain() throws {
    let scratch = Scratchpad()
    var clips = (0..<4).map { Pictures.clip(3, seed: UInt64($0)) }
    clips[1] = []
    let first = try writeSet(scratch("set"), clips)
    #expect(first.failures.map(\.description.path) == [describe(1).path])
    let old = try contents(scratch("set"))["shard-00000.zst"]
    let csv = try String(contentsOfFile: scratch("set/failures.csv"), encoding: .utf8)
    #expect(csv.contains("\"no frames, \"\"none\"\"\""))

    clips[1] = Pictures.clip(2, seed: 99)
    clips.append(Pictures.clip(2, seed: 50))
    let second = try writeSet(scratch("set"), clips)
    #expect(second.clips == 5 && second.failures.isEmpty && second.shards == 2)
    #expect(try contents(scratch("set"))["shard-00000.zst"] == old)
    #expect(try ShardSet(scratch("set")).clip(3).info.description == describe(1))
  }

  @Test func aClipThatChangesSizeIsTakenBack() throws {
    let scratch = Scratchpad()
    let writer = try ShardSetWriter(scratch("set"))
    let encoder = try FrameEncoder(ShardSettings())
    let small = Pictures.clip(2)
    let large = Pictures.clip(1, width: 80)
    try writer.append(small.map(encoder.encode), geometry: FrameGeometry(small[0]))
    let error = #expect(throws: ShardError.self) {
      try writer.append(large.map(encoder.encode), geometry: FrameGeometry(large[0]))
    }
    #expect(error?.message.contains("80×48") == true)
    try writer.fail(describe(0), reason: error?.message ?? "")
    try writer.append(small.map(encoder.encode), geometry: FrameGeometry(small[0]))
    try writer.finishClip(describe(1), frameRate: nil)
    let summary = try writer.finish()
    #expect(summary.clips == 1 && summary.frames == 2 && summary.failures.count == 1)
    #expect(try ShardVerification.check(scratch("set")).problems.isEmpty)
    #expect(try ShardSet(scratch("set")).clip(0).frameRate == nil)
  }

  @Test func otherSettingsForeignFilesAndSecondWritersAreRefused() throws {
    let scratch = Scratchpad()
    try writeSet(scratch("set"), [Pictures.clip(2)])
    let changed = #expect(throws: ShardError.self) {
      try ShardSetWriter(scratch("set"), settings: ShardSettings(fidelity: .nearLossless, level: 2))
    }
    #expect(changed?.code == .refused)
    #expect(changed?.description.contains("fidelity near-lossless instead of lossless") == true)
    #expect(changed?.description.contains("level 2 instead of 1") == true)

    try FileManager.default.createDirectory(atPath: scratch("other"), withIntermediateDirectories: true)
    try write(Data([1]), scratch("other/thesis.tex"))
    let foreign = #expect(throws: ShardError.self) { try ShardSetWriter(scratch("other")) }
    #expect(foreign?.description.contains("thesis.tex") == true)

    let writer = try ShardSetWriter(scratch("busy"))
    let second = #expect(throws: ShardError.self) { try ShardSetWriter(scratch("busy")) }
    #expect(second?.description.contains("another process") == true)
    _ = try writer.finish()
  }

  @Test func whatIsNoSetSaysWhatToDo() throws {
    let scratch = Scratchpad()
    let none = #expect(throws: ShardError.self) { try ShardSet(scratch("nowhere")) }
    #expect(none?.description.contains("does not exist") == true)
    let empty = #expect(throws: ShardError.self) { try ShardSet(scratch.path) }
    #expect(empty?.description.contains("sluice preprocess") == true)
    try writeSet(scratch("set"), [Pictures.clip(2)])
    try FileManager.default.removeItem(atPath: scratch("set/index.sluice"))
    let unfinished = #expect(throws: ShardError.self) { try ShardSet(scratch("set")) }
    #expect(unfinished?.description.contains("sluice shards repair") == true)
  }

  @Test func anEmptyListGivesAnEmptySet() throws {
    let scratch = Scratchpad()
    #expect(try writeSet(scratch("set"), []).clips == 0)
    #expect(try ShardSet(scratch("set")).count == 0)
  }
}
