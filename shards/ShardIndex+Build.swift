internal import SluiceMedia

extension ShardIndex {
  /// The index of finished shards.
  /// - Parameter order: the clips of the set; all that are listed, in the order of the shards, if `nil`.
  static func build(_ shards: [ShardSummary], order: [ClipLocation]? = nil) throws(ShardError) -> [UInt8] {
    let order = order ?? ClipLocation.listed(in: shards)
    var shardTable = ByteWriter()
    var clipTable = ByteWriter()
    var texts = ByteWriter()
    var paths: [(hash: UInt64, clip: UInt64)] = []
    let clipCount = order.count
    let frameCount = order.reduce(0) { $0 + shards[$1.shard].clips[$1.clip].frameCount }
    let clipTableStart = headerSize + shards.count * shardSize + 4
    let textStart = clipTableStart + clipCount * (clipSize + 16)

    // Of each shard: its first clip in the set, and how many of its clips are there.
    var firsts = [Int](repeating: 0, count: shards.count)
    var counts = [Int](repeating: 0, count: shards.count)
    let chunkTables = shards.map(\.chunkTables)
    for (number, location) in order.enumerated() {
      if counts[location.shard] == 0 { firsts[location.shard] = number }
      counts[location.shard] += 1
      let clip = shards[location.shard].clips[location.clip]
      paths.append((hash(clip.description.path), UInt64(number)))
      let json = try ShardFormat.json(clip.description)
      clipTable.append(
        entry(
          clip, text: textStart + texts.bytes.count, json: json, shardIndex: location.shard,
          chunkTable: chunkTables[location.shard][location.clip]))
      texts.append(json)
    }
    for (shardIndex, shard) in shards.enumerated() {
      shardTable.append(UInt32(shard.number))
      shardTable.append(shard.footerChecksum)
      shardTable.append(shard.fileSize)
      shardTable.append(shard.footer)
      shardTable.append(UInt64(firsts[shardIndex]))
      shardTable.append(UInt64(counts[shardIndex]))
    }
    shardTable.seal()
    var pathTable = ByteWriter()
    for path in paths.sorted(by: { ($0.hash, $0.clip) < ($1.hash, $1.clip) }) {
      pathTable.append(path.hash)
      pathTable.append(path.clip)
    }

    var index = ByteWriter()
    index.append("SLUICEIX".utf8)
    index.append(ShardFormat.version)
    index.append(UInt16(0))
    index.append(UInt32(shards.count))
    index.append(UInt64(clipCount))
    index.append(UInt64(frameCount))
    index.append(UInt64(headerSize))
    index.append(UInt64(clipTableStart))
    index.append(UInt64(clipTableStart + clipTable.bytes.count))
    index.append(UInt64(textStart))
    index.append(UInt64(texts.bytes.count))
    index.append(UInt64(textStart + texts.bytes.count))
    index.append(crc32(pathTable.bytes))
    index.append(crc32(texts.bytes))
    index.append(UInt32(0))
    index.seal()
    for table in [shardTable, clipTable, pathTable, texts] { index.append(table.bytes) }
    return index.bytes
  }

  private static func entry(
    _ clip: ClipSummary, text: Int, json: [UInt8], shardIndex: Int, chunkTable: UInt64
  ) -> [UInt8] {
    var entry = ByteWriter()
    entry.append(UInt64(text))
    entry.append(UInt32(json.count))
    entry.append(crc32(json))
    entry.append(UInt32(shardIndex))
    entry.append(UInt32(clip.clip))
    entry.append(chunkTable)
    entry.append(clip.chunkChecksum)
    entry.append(UInt32(clip.frameCount))
    entry.append(UInt32(clip.geometry.width))
    entry.append(UInt32(clip.geometry.height))
    entry.append(clip.geometry.layout.rawValue)
    entry.append(clip.geometry.color.matrix.rawValue)
    entry.append(clip.geometry.color.range.rawValue)
    entry.append(UInt8(clip.step))
    entry.append(clip.frameRate ?? .nan)
    for _ in 0..<(clipSize - 64) { entry.append(UInt8(0)) }
    entry.seal()
    return entry.bytes
  }
}
