internal import SluiceMedia

/// What the index has to know of a clip.
struct ClipSummary {
  let clip: Int
  let geometry: FrameGeometry
  let step: Int
  let frameRate: Double?
  let description: ClipDescription
  let frameCount: Int
  /// CRC-32 of the clip's part of the chunk table.
  let chunkChecksum: UInt32

  init(_ record: ClipRecord) {
    clip = record.clip
    geometry = record.geometry
    step = record.step
    frameRate = record.frameRate
    description = record.description
    frameCount = record.chunks.count
    var table = ByteWriter()
    for chunk in record.chunks { chunk.write(to: &table) }
    chunkChecksum = crc32(table.bytes)
  }
}

/// What the index has to know of a finished shard.
struct ShardSummary {
  let number: Int
  let facts: SetFacts
  /// Where the footer begins.
  let footer: UInt64
  let footerChecksum: UInt32
  let fileSize: UInt64
  let clips: [ClipSummary]
  let failures: [ClipFailure]

  /// Where each clip's part of the chunk table begins.
  var chunkTables: [UInt64] {
    var next = footer + UInt64(ShardFooter.chunkTable(clipCount: clips.count))
    return clips.map { clip in
      defer { next += UInt64(clip.frameCount * Chunk.size) }
      return next
    }
  }

  init(
    number: Int, facts: SetFacts, footer: UInt64, footerChecksum: UInt32, fileSize: UInt64, clips: [ClipSummary],
    failures: [ClipFailure]
  ) {
    self.number = number
    self.facts = facts
    self.footer = footer
    self.footerChecksum = footerChecksum
    self.fileSize = fileSize
    self.clips = clips
    self.failures = failures
  }

  /// Reads a finished shard's footer and records.
  init(reading path: String, expecting number: Int) throws(ShardError) {
    do throws(ShardError) {
      let shard = try ShardFile(path)
      let footer = try shard.footer()
      guard footer.number == number, try shard.header().number == number else {
        throw ShardError(.damaged, "it holds shard \(footer.number). Give the file its name back.")
      }
      var clips: [ClipSummary] = []
      for index in footer.clips.indices { clips.append(ClipSummary(try shard.record(index, footer))) }
      try self.init(
        number: number, facts: footer.facts, footer: shard.footerOffset(), footerChecksum: shard.footerChecksum(),
        fileSize: UInt64(shard.size), clips: clips, failures: footer.failures)
    } catch {
      throw error.at(file: ShardFormat.shardName(number))
    }
  }
}
