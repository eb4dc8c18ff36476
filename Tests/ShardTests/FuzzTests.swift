import CZstd
import Foundation
import SluiceKernels
import SluiceMedia
import SluicePlatform
import SluiceShards
import TestSupport
import Testing

/// Random damage: nothing may crash or hang, and no frame may be silently wrong unless its checksums were repaired.
@Suite struct FuzzTests {
  private let rounds = isLongTier ? 10_000 : 400

  @Test func randomDamageIsDetectedOrHarmless() throws {
    let scratch = Scratchpad()
    let clips = PixelLayout.allCases.map { layout in
      (0..<2).map { Pictures.frame(.natural, width: 21, height: 13, layout: layout, index: $0) }
    }
    try writeSet(scratch("set"), clips, ShardSettings(shardSize: 1 << 16))
    let shard = Array(try #require(try contents(scratch("set"))["shard-00000.zst"]))
    let index = Array(try #require(try contents(scratch("set"))["index.sluice"]))
    var random = KeyedRandom(seed: 11, epoch: 0, sample: 0, stage: "fuzz")
    var (detected, harmless, repaired, past) = (0, 0, 0, 0)
    for round in 0..<rounds {
      var (newShard, newIndex) = (shard, index)
      let isRepaired = round % 2 == 1
      if isRepaired {
        repaired += 1
        Forgery.damage(&newShard, &newIndex, &random)
      } else if round % 4 == 0 {
        Forgery.flip(&newShard, &random)
      } else {
        Forgery.flip(&newIndex, &random)
      }
      try write(Data(newShard), scratch("set/shard-00000.zst"))
      try write(Data(newIndex), scratch("set/index.sluice"))
      let outcome = read(scratch("set"), clips)
      if isRepaired {
        if outcome != .refusedAtOpening { past += 1 }
      } else {
        #expect(outcome != .wrong, "round \(round): a frame was silently wrong")
        if outcome == .allRight { harmless += 1 } else { detected += 1 }
      }
      // Neither may these fall over anything.
      if round % 5 == 0 {
        _ = try? ShardVerification.check(scratch("set"))
        _ = try? ShardRepair.repair(scratch("set"))
      }
    }
    print(
      "fuzz: \(rounds) mutations: \(detected) detected, \(harmless) harmless to frames; "
        + "\(repaired) with checksums repaired, of which \(past) got past opening")
    #expect(past * 2 > repaired)
  }

  private enum Outcome { case refusedAtOpening, refused, wrong, allRight }

  private func read(_ path: String, _ clips: [[VideoFrame]]) -> Outcome {
    guard let set = try? ShardSet(path) else { return .refusedAtOpening }
    var outcome = Outcome.allRight
    for number in 0..<min(set.count, 100) {
      guard let clip = try? set.clip(number), clip.frameCount < 1000 else {
        outcome = .refused
        continue
      }
      for index in 0..<min(clip.frameCount, 4) {
        guard let frame = try? clip.frames(at: [index])[0] else {
          if outcome != .wrong { outcome = .refused }
          continue
        }
        let isRight =
          number < clips.count && index < clips[number].count && frame.packed() == clips[number][index].packed()
          && frame.time == clips[number][index].time && clip.info.description == describe(number)
        if !isRight { outcome = .wrong }
      }
    }
    return outcome
  }
}

/// Damage, with and without checksums that fit it.
enum Forgery {
  /// Flips bits, overwrites bytes or cuts the end off.
  static func flip(_ bytes: inout [UInt8], _ random: inout KeyedRandom) {
    switch random.integer(in: 0...3) {
    case 0: bytes.removeLast(random.integer(in: 1...bytes.count))
    case 1:
      let place = random.integer(in: 0...bytes.count - 1)
      for offset in 0..<min(8, bytes.count - place) { bytes[place + offset] = UInt8(random.integer(in: 0...255)) }
    default: bytes[random.integer(in: 0...bytes.count - 1)] ^= UInt8(1 << random.integer(in: 0...7))
    }
  }

  /// Damages something and repairs every checksum and size above it.
  static func damage(_ shard: inout [UInt8], _ index: inout [UInt8], _ random: inout KeyedRandom) {
    let clipCount = Int(number(index, 16, 8))
    let clipTable = Int(number(index, 40, 8))
    let entry = clipTable + 80 * random.integer(in: 0...clipCount - 1)
    switch random.integer(in: 0...3) {
    case 0:
      // The content of a picture, compressed again and put at the end of the file.
      let chunk = Int(number(index, entry + 24, 8))
      let offset = Int(number(shard, chunk, 8))
      var content = decompress(Array(shard[offset..<offset + Int(number(shard, chunk + 8, 4))]))
      for _ in 0..<random.integer(in: 1...3) {
        content[random.integer(in: 0...min(content.count, 64) - 1)] ^= UInt8(1 << random.integer(in: 0...7))
      }
      if random.integer(in: 0...3) == 0 { content.removeLast(random.integer(in: 0...content.count - 1)) }
      let forged = compress(content)
      put(UInt64(shard.count), 8, &shard, chunk)
      put(UInt64(forged.count), 4, &shard, chunk + 8)
      put(UInt64(crc(forged)), 4, &shard, chunk + 12)
      shard += forged
      put(UInt64(shard.count), 8, &index, 96 + 8)
    case 1:
      let chunk = Int(number(index, entry + 24, 8))
      shard[chunk + random.integer(in: 0...23)] ^= UInt8(1 << random.integer(in: 0...7))
    case 2: index[entry + random.integer(in: 0...75)] ^= UInt8(1 << random.integer(in: 0...7))
    default:
      let place = random.integer(in: 0...clipTable - 5)
      if place < 92 || place >= 96 { index[place] ^= UInt8(1 << random.integer(in: 0...7)) }
    }
    seal(&shard, &index, clipCount: clipCount, clipTable: clipTable)
  }

  private static func seal(_ shard: inout [UInt8], _ index: inout [UInt8], clipCount: Int, clipTable: Int) {
    for clip in 0..<clipCount {
      let entry = clipTable + 80 * clip
      let table = Int(clamping: number(index, entry + 24, 8))
      let frames = Int(number(index, entry + 36, 4))
      if table < shard.count, frames * 24 <= shard.count - table {
        put(UInt64(crc(Array(shard[table..<table + 24 * frames]))), 4, &index, entry + 32)
      }
      let text = Int(clamping: number(index, entry, 8))
      let length = Int(number(index, entry + 8, 4))
      if text < index.count, length <= index.count - text {
        put(UInt64(crc(Array(index[text..<text + length]))), 4, &index, entry + 12)
      }
      put(UInt64(crc(Array(index[entry..<entry + 76]))), 4, &index, entry + 76)
    }
    put(UInt64(crc(Array(index[96..<clipTable - 4]))), 4, &index, clipTable - 4)
    put(UInt64(crc(Array(index[0..<92]))), 4, &index, 92)
    let tail = shard.count - 16
    let size = Int(number(shard, tail, 4))
    if size >= 16, size <= shard.count {
      put(UInt64(crc(Array(shard[(shard.count - size)..<(shard.count - 4)]))), 4, &shard, shard.count - 4)
    }
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
  }

  private static func put(_ value: UInt64, _ count: Int, _ bytes: inout [UInt8], _ place: Int) {
    for offset in 0..<count { bytes[place + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(offset))) }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 { sluice_crc32(0, bytes, bytes.count) }

  private static func decompress(_ bytes: [UInt8]) -> [UInt8] {
    var content = [UInt8](repeating: 0, count: Int(ZSTD_getFrameContentSize(bytes, bytes.count)))
    let size = ZSTD_decompress(&content, content.count, bytes, bytes.count)
    precondition(size == content.count)
    return content
  }

  private static func compress(_ content: [UInt8]) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var bytes = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    // Not in one expression: the bytes are those from before the call then.
    let size = ZSTD_compress2(context, &bytes, bytes.count, content, content.count)
    return Array(bytes.prefix(size))
  }
}
