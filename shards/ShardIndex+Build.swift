internal import SluiceMedia

extension ShardIndex {
  /// The index of finished shards, in the order of their numbers.
  static func build(_ shards: [ShardSummary]) throws(ShardError) -> [UInt8] {
    var shardTable = ByteWriter()
    var clipTable = ByteWriter()
    var texts = ByteWriter()
    var paths: [(hash: UInt64, clip: UInt64)] = []
    let clipCount = shards.reduce(0) { $0 + $1.clips.count }
    let frameCount = shards.reduce(0) { $0 + $1.clips.reduce(0) { $0 + $1.frameCount } }
    let clipTableStart = headerSize + shards.count * shardSize + 4
    let textStart = clipTableStart + clipCount * (clipSize + 16)

    for (shardIndex, shard) in shards.enumerated() {
      shardTable.append(UInt32(shard.number))
      shardTable.append(shard.footerChecksum)
      shardTable.append(shard.fileSize)
      shardTable.append(shard.footer)
      shardTable.append(UInt64(paths.count))
      shardTable.append(UInt64(shard.clips.count))
      var chunkTable = shard.footer + UInt64(ShardFooter.chunkTable(clipCount: shard.clips.count))
      for clip in shard.clips {
        paths.append((hash(clip.description.path), UInt64(paths.count)))
        let json = try ShardFormat.json(clip.description)
        clipTable.append(
          entry(
            clip, text: textStart + texts.bytes.count, json: json, shardIndex: shardIndex, chunkTable: chunkTable))
        texts.append(json)
        chunkTable += UInt64(clip.frameCount * Chunk.size)
      }
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
