import SluiceMedia
import SluiceShards
import Testing

/// Every place of a shard and of an index where something can contradict something else: what is found there is said.
@Suite struct ForgeryTests {
  private typealias Number = ForgedSet

  /// What is changed, what then looks at the set, and what it says.
  struct Forgery: Sendable, CustomTestStringConvertible {
    enum Reader: Sendable { case opening, frames, verification }
    let reader: Reader
    let sentence: String
    let change: @Sendable (ForgedSet) -> Void

    init(_ reader: Reader, _ sentence: String, _ change: @escaping @Sendable (ForgedSet) -> Void) {
      (self.reader, self.sentence, self.change) = (reader, sentence, change)
    }

    var testDescription: String { sentence }

    func complaints(about set: ForgedSet) throws -> [String] {
      switch reader {
      case .verification: return try ShardVerification.check(set.path).problems.map(\.description)
      case .opening, .frames:
        do {
          let opened = try ShardSet(set.path)
          if reader == .frames { _ = try opened.clip(0).frames(at: [0, 1]) }
          return []
        } catch {
          return ["\(error)"]
        }
      }
    }
  }

  static let shard: [Forgery] = [
    Forgery(.verification, "bytes wanted where") {
      Number.put(1 << 20, 4, &$0.shard, 24)
      $0.sealFrame(at: 0)
    },
    Forgery(.verification, "format version 2; this program reads 1. Use the one that wrote it.") {
      Number.put(2, 2, &$0.shard, 16)
      $0.sealFrame(at: 0)
    },
    Forgery(.verification, "the settings is not the JSON it should be:") {
      $0.shard[28] = 0x21
      $0.sealFrame(at: 0)
    },
    Forgery(.verification, "the header begins with 0x184D2A51 instead of 0x184D2A50") { $0.shard[0] = 0x51 },
    Forgery(.verification, "the header does not have its checksum") { $0.shard[30] ^= 1 },
    Forgery(.verification, "a frame of 1073741824 bytes where") { Number.put(1 << 30, 4, &$0.shard, 4) },
    Forgery(.verification, "the footer says 500 bytes where there are") {
      Number.put(500, 4, &$0.shard, $0.footer + 4)
    },
    Forgery(.verification, "header and footer are those of shards 3 and 0") {
      Number.put(3, 4, &$0.shard, 20)
      $0.sealFrame(at: 0)
    },
    Forgery(.verification, "layout 9, matrix") {
      $0.shard[$0.record + 28] = 9
      $0.sealFrame(at: $0.record)
    },
    Forgery(.verification, "frames of 0×8 cannot be stored: sides of 1 to 65535 and 1 GiB in all are the limits") {
      Number.put(0, 4, &$0.shard, $0.record + 20)
      $0.sealFrame(at: $0.record)
    },
    Forgery(.verification, "the clip's record has 48 bytes for 3 frames") {
      Number.put(3, 4, &$0.shard, $0.record + 40)
      $0.sealFrame(at: $0.record)
    },
    Forgery(.verification, "the record is that of clip 1 with 2 frames") {
      Number.put(1, 4, &$0.shard, $0.record + 16)
      $0.sealFrame(at: $0.record)
    },
    Forgery(.verification, "the clip's record is outside the file") {
      Number.put(1 << 40, 8, &$0.shard, $0.footerEntry)
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "the clip's record and the footer disagree about its frames") {
      Number.put(77, 4, &$0.shard, $0.chunkTable + 12)
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "the footer has no room for 200 clips of 4 frames") {
      Number.put(200, 4, &$0.shard, $0.footer + 20)
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "the footer's clips have 5 frames, its chunk table 4") {
      Number.put(3, 4, &$0.shard, $0.footerEntry + 12)
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "the footer's list of failures is not the JSON it should be") {
      $0.shard[$0.chunkTable + 4 * 24] = 0x21
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "it holds shard 5. Give the file its name back.") {
      Number.put(5, 4, &$0.shard, $0.footer + 16)
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "is said to begin at") {
      for table in [$0.chunkTable, $0.record + 48 + Int(Number.number($0.shard, $0.record + 44, 4))] {
        Number.put(7, 8, &$0.shard, table)
      }
      $0.sealFrame(at: $0.record)
      $0.sealFrame(at: $0.footer)
    },
    Forgery(.verification, "frame 0 does not have its checksum") {
      $0.shard[Int(Number.number($0.shard, $0.chunkTable, 8)) + 9] ^= 0x40
    },
    Forgery(.verification, "is where the frames end, not where the record begins") {
      // A byte between the frames of the first clip and its record.
      let (record, footer) = ($0.record, $0.footer)
      $0.shard.insert(0, at: record)
      Number.put(UInt64(record + 1), 8, &$0.shard, footer + 1 + 40)
      $0.sealFrame(at: footer + 1)
    },
    Forgery(.verification, "the footer begins elsewhere") {
      let footer = $0.footer
      $0.shard.insert(0, at: footer)
    },
  ]

  static let index: [Forgery] = [
    Forgery(.opening, "the index begins with [") { $0.index[0] = 0 },
    Forgery(.opening, "index.sluice: format version 9") {
      Number.put(9, 2, &$0.index, 8)
      $0.sealIndex()
    },
    Forgery(.opening, "the index's header does not have its checksum") { $0.index[16] ^= 1 },
    Forgery(.opening, "the index has") { $0.index.append(0) },
    Forgery(.opening, "the index's tables do not fit its header") {
      Number.put(3, 8, &$0.index, 16)
      Number.put(UInt64(Number.crc($0.index[0..<92])), 4, &$0.index, 92)
    },
    Forgery(.opening, "the index's table of shards does not have its checksum") { $0.index[98] ^= 1 },
    Forgery(.frames, "the clip's entry does not have its checksum") { $0.index[$0.clipEntry + 20] ^= 1 },
    Forgery(.frames, " of a file of ") {
      Number.put(1 << 24, 8, &$0.index, $0.clipEntry)
      $0.sealIndex()
    },
    Forgery(.frames, "the clip's description does not have its checksum") {
      Number.put(1, 4, &$0.index, $0.clipEntry + 12)
      $0.sealIndex()
    },
    Forgery(.frames, "the file ends") {
      Number.put(UInt64($0.shard.count - 8), 8, &$0.index, $0.clipEntry + 24)
      $0.sealIndex()
    },
    Forgery(.frames, "the clip's part of the chunk table does not have its checksum") {
      Number.put(1, 4, &$0.index, $0.clipEntry + 32)
      $0.sealIndex()
    },
    Forgery(.frames, "an entry of the chunk table points outside") {
      Number.put(1 << 40, 8, &$0.shard, $0.chunkTable)
      Number.put(
        UInt64(Number.crc($0.shard[$0.chunkTable..<$0.chunkTable + 48])), 4, &$0.index, $0.clipEntry + 32)
      $0.sealIndex()
    },
    Forgery(.frames, "the file was cut off or exchanged.") { $0.shard.append(0) },
    Forgery(.verification, "the index's table of paths does not have its checksum") {
      $0.index[Int(Number.number($0.index, 48, 8))] ^= 1
    },
    Forgery(.verification, "the index's texts do not have their checksum") {
      Number.put(1, 4, &$0.index, 84)
      $0.sealIndex()
    },
    Forgery(.verification, "the index is not that of the shards.") {
      Number.put(9, 4, &$0.index, 96 + 4)
      $0.sealIndex()
    },
  ]

  @Test(arguments: shard + index) func whatContradictsItselfIsSaid(forgery: Forgery) throws {
    let set = try ForgedSet()
    forgery.change(set)
    try set.store()
    let complaints = try forgery.complaints(about: set)
    #expect(complaints.contains { $0.contains(forgery.sentence) }, "\(complaints)")
  }

  @Test func filesThatAreNoShardsAreRefused() throws {
    let set = try ForgedSet()
    set.index = []
    try set.store()
    #expect(throws: ShardError.self) { try ShardSet(set.path) }
    let empty = #expect(throws: ShardError.self) { try ShardSet(set.path) }
    #expect(empty?.message.contains("the file is empty") == true)
    set.shard = [1, 2, 3]
    try set.store()
    let problems = try ShardVerification.check(set.path).problems
    #expect(problems.contains { $0.message == "3 bytes are no shard" }, "\(problems)")
    let beyond = #expect(throws: ShardError.self) { try ShardRepair.repair(set.folder("none")) }
    #expect(beyond?.code == .missing)
    try write(.init(), set.folder("file"))
    let none = Scratchpad()
    let nothing = #expect(throws: ShardError.self) { try ShardRepair.repair(none.path) }
    #expect(nothing?.message == "there are no shards to repair")
    let missing = #expect(throws: ShardError.self) { try ShardVerification.check(none.path) }
    #expect(missing?.message.hasPrefix("there are no shards. `sluice preprocess LIST --out") == true)
  }

  // MARK: Frames

  /// A gray frame of 4 × 2 samples: a header of 20 bytes, streams, escapes.
  private static func content(
    limits: [UInt8] = [255, 255, 255], bits: UInt8 = 0, counts: [UInt32] = [8, 0, 0, 0], _ rest: [UInt8]
  ) -> [UInt8] {
    limits + [bits] + counts.flatMap { count in (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } } + rest
  }

  static let frames: [(content: [UInt8], sentence: String)] = [
    ([1, 2, 3], "no zstd frame of a size that a 4×2"),
    (content(counts: [7, 0, 0, 0], [UInt8](repeating: 0, count: 8)), "a header of [7, 0, 0, 0] residuals with limits"),
    (content(limits: [9, 1, 1], [UInt8](repeating: 0, count: 8)), "residuals with limits [9, 1, 1] for 8 samples"),
    (content([0, 0]), "streams of 28 bytes in a frame of 22"),
    (content(bits: 1, [0x88, 0, 0, 0]), "a packed stream wants more escapes than there are"),
    // All places have activity 0 and take class 0, which has too few; the rest stays where it is.
    (content(counts: [4, 4, 0, 0], [UInt8](repeating: 0, count: 8)), "a stream of residuals ends too early"),
    (content([UInt8](repeating: 0, count: 9)), "escapes are left over"),
  ]

  @Test(arguments: frames.indices) func aFrameThatContradictsItselfIsSaid(number: Int) throws {
    let (content, sentence) = Self.frames[number]
    let error = #expect(throws: ShardError.self) { try decode(ForgedSet.compressed(content)) }
    #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
  }

  @Test func aSoundFrameOfTheSameFormIsDecoded() throws {
    // Residuals without a filter are the samples themselves.
    let samples: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    #expect(try decode(ForgedSet.compressed(Self.content(bits: 0x30, samples))).packed() == samples)
    let damaged = #expect(throws: ShardError.self) {
      var bytes = ForgedSet.compressed(Self.content(bits: 0x30, samples))
      bytes.removeLast(3)
      _ = try decode(bytes)
    }
    #expect(damaged?.message.hasPrefix("zstd, decompressing:") == true)
  }

  @discardableResult
  private func decode(_ bytes: [UInt8]) throws -> VideoFrame {
    let decoder = try FrameDecoder()
    let geometry = FrameGeometry(Pictures.frame(.flat, width: 4, height: 2, layout: .gray))
    return try bytes.withUnsafeBufferPointer { try decoder.decode($0, geometry: geometry, step: 1, time: nil) }
  }
}
