internal import SluiceMedia

/// The memory-mapped table of all clips of a set; opening it looks at its header only.
struct ShardIndex: Sendable {
  static let headerSize: Int = 96
  static let shardSize: Int = 40
  static let clipSize: Int = 80

  /// A shard as the index knows it.
  struct Shard: Equatable {
    let number: Int
    let footerChecksum: UInt32
    let fileSize: UInt64
    let footer: UInt64
  }

  let clipCount: Int
  let frameCount: Int
  let shards: [Shard]
  private let bytes: MappedBytes
  private let clipTable: Int
  private let pathTable: Int
  private let texts: Int

  init(_ path: String) throws(ShardError) {
    do throws(ShardError) {
      bytes = try File(path).map()
      var reader = ByteReader(try bytes.bytes(0, min(Self.headerSize, bytes.count))[...])
      let header = reader
      try reader.expect("SLUICEIX", "the index")
      let version = try reader.number(UInt16.self)
      guard version == ShardFormat.version else {
        throw ShardError(
          .refused, "format version \(version); this program reads \(ShardFormat.version). Use the one that wrote it.")
      }
      _ = try reader.number(UInt16.self)
      let shardCount = Int(try reader.number(UInt32.self))
      let numbers = try (0..<8).map { _ throws(ShardError) in try reader.number(UInt64.self) }
      _ = try reader.number(UInt32.self)  // of the paths' table, checked by verification
      _ = try reader.number(UInt32.self)
      _ = try reader.number(UInt32.self)
      let checksum = try reader.number(UInt32.self)
      guard checksum == crc32(header.bytes.prefix(Self.headerSize - 4)) else {
        throw ShardError(.damaged, "the index's header does not have its checksum")
      }
      // Past the checksum the numbers are the writer's; the file may still be a piece of what it was.
      guard numbers[7] == UInt64(bytes.count) else {
        throw ShardError(.damaged, "the index has \(bytes.count) bytes instead of \(numbers[7])")
      }
      clipCount = Int(clamping: numbers[0])
      frameCount = Int(clamping: numbers[1])
      clipTable = Int(clamping: numbers[3])
      pathTable = Int(clamping: numbers[4])
      texts = Int(clamping: numbers[5])
      let shardTable = Int(clamping: numbers[2])
      guard shardTable == Self.headerSize, clipTable == shardTable + shardCount * Self.shardSize + 4,
        pathTable - clipTable == clipCount.multipliedReportingOverflow(by: Self.clipSize).partialValue,
        texts - pathTable == clipCount.multipliedReportingOverflow(by: 16).partialValue, texts <= bytes.count
      else { throw ShardError(.damaged, "the index's tables do not fit its header") }
      shards = try Self.readShards(bytes, shardTable, shardCount)
    } catch {
      let known = error.at(file: path)
      guard known.code == .damaged else { throw known }
      throw ShardError(.damaged, "\(known.message). \(ShardSet.repairAdvice)", file: known.file, offset: known.offset)
    }
  }

  private static func readShards(_ bytes: MappedBytes, _ table: Int, _ count: Int) throws(ShardError) -> [Shard] {
    let raw = try bytes.bytes(UInt64(table), count * shardSize + 4)
    var end = ByteReader(raw.suffix(4))
    guard try end.number(UInt32.self) == crc32(raw.dropLast(4)) else {
      throw ShardError(.damaged, "the index's table of shards does not have its checksum", offset: UInt64(table))
    }
    var reader = ByteReader(raw.dropLast(4))
    var shards: [Shard] = []
    for _ in 0..<count {
      let number = Int(try reader.number(UInt32.self))
      let checksum = try reader.number(UInt32.self)
      let fileSize = try reader.number(UInt64.self)
      let footer = try reader.number(UInt64.self)
      _ = try reader.number(UInt64.self)  // its first clip in the set, and its clips there, for other readers
      _ = try reader.number(UInt64.self)
      shards.append(Shard(number: number, footerChecksum: checksum, fileSize: fileSize, footer: footer))
    }
    return shards
  }

  /// A clip as the index knows it.
  struct Clip {
    let info: ClipInfo
    /// The index in `shards`.
    let shardIndex: Int
    /// Where the clip's part of the chunk table begins in its shard, and its checksum.
    let chunkTable: UInt64
    let chunkChecksum: UInt32
  }

  /// The clip at `index`, checked.
  func clip(_ index: Int) throws(ShardError) -> Clip {
    precondition((0..<clipCount).contains(index), "clip \(index) of \(clipCount)")
    let offset = UInt64(clipTable + index * Self.clipSize)
    do throws(ShardError) {
      let raw = try bytes.bytes(offset, Self.clipSize)
      var end = ByteReader(raw.suffix(4))
      guard try end.number(UInt32.self) == crc32(raw.dropLast(4)) else {
        throw ShardError(.damaged, "the clip's entry does not have its checksum")
      }
      return try clip(&end, ByteReader(raw.dropLast(4)))
    } catch {
      throw ShardError(
        .damaged, "\(error.message). \(ShardSet.repairAdvice)", file: ShardFormat.indexName, clip: index, offset: offset
      )
    }
  }

  private func clip(_ end: inout ByteReader, _ entry: ByteReader) throws(ShardError) -> Clip {
    var reader = entry
    let text = try reader.number(UInt64.self)
    let textLength = Int(try reader.number(UInt32.self))
    let textChecksum = try reader.number(UInt32.self)
    let shardIndex = Int(try reader.number(UInt32.self))
    let clip = Int(try reader.number(UInt32.self))
    let chunkTable = try reader.number(UInt64.self)
    let chunkChecksum = try reader.number(UInt32.self)
    let frameCount = Int(try reader.number(UInt32.self))
    let width = Int(try reader.number(UInt32.self))
    let height = Int(try reader.number(UInt32.self))
    let geometry = try FrameGeometry(
      width: width, height: height, layout: try reader.number(), matrix: try reader.number(), range: try reader.number()
    )
    let step = Int(try reader.number(UInt8.self))
    let rate = try reader.double()
    let json = try bytes.bytes(text, textLength)
    guard crc32(json) == textChecksum, shards.indices.contains(shardIndex), step > 0 else {
      throw ShardError(.damaged, "the clip's description does not have its checksum", offset: text)
    }
    let info = ClipInfo(
      description: try ShardFormat.decode(ClipDescription.self, json, "the clip's description"), geometry: geometry,
      frameRate: rate.isNaN ? nil : rate, frameCount: frameCount, step: step, shard: shards[shardIndex].number,
      clip: clip)
    return Clip(info: info, shardIndex: shardIndex, chunkTable: chunkTable, chunkChecksum: chunkChecksum)
  }

  /// The clips whose path has this hash, in order; others may be among them.
  func candidates(path: String) -> [Int] {
    let hash = Self.hash(path)
    var low = 0
    var high = clipCount
    while low < high {
      let middle = (low + high) / 2
      if bytes.word(pathTable + 16 * middle) < hash { low = middle + 1 } else { high = middle }
    }
    var found: [Int] = []
    while low < clipCount, bytes.word(pathTable + 16 * low) == hash {
      let clip = Int(clamping: bytes.word(pathTable + 16 * low + 8))
      if clip < clipCount { found.append(clip) }
      low += 1
    }
    return found
  }

  /// FNV-1a, 64 bits, of the path's UTF-8.
  static func hash(_ path: String) -> UInt64 {
    path.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// The clips in their order, each checked.
  func order() throws(ShardError) -> [ClipLocation] {
    var order: [ClipLocation] = []
    order.reserveCapacity(clipCount)
    for number in 0..<clipCount {
      let clip = try clip(number)
      order.append(ClipLocation(shard: clip.shardIndex, clip: clip.info.clip))
    }
    return order
  }

  /// Checks the parts that are not checked when they are used.
  func verify() throws(ShardError) {
    var header = ByteReader(try bytes.bytes(0, Self.headerSize).dropFirst(80).prefix(8))
    let pathChecksum = try header.number(UInt32.self)
    let textChecksum = try header.number(UInt32.self)
    guard crc32(try bytes.bytes(UInt64(pathTable), texts - pathTable)) == pathChecksum else {
      throw ShardError(.damaged, "the index's table of paths does not have its checksum", offset: UInt64(pathTable))
    }
    guard crc32(try bytes.bytes(UInt64(texts), bytes.count - texts)) == textChecksum else {
      throw ShardError(.damaged, "the index's texts do not have their checksum", offset: UInt64(texts))
    }
  }
}
