internal import SluiceMedia

/// A finished shard, open for reading.
struct ShardFile {
  let file: File
  let size: Int

  init(_ path: String) throws(ShardError) {
    file = try File(path)
    size = try file.size()
  }

  /// The skippable frame at `offset`, whose size it says itself.
  private func skippable(at offset: UInt64) throws(ShardError) -> [UInt8] {
    var reader = ByteReader(try file.read(8, at: offset)[...])
    _ = try reader.number(UInt32.self)
    let length = Int(try reader.number(UInt32.self))
    guard UInt64(size) >= offset, length <= size - Int(offset) - 8 else {
      throw ShardError(
        .damaged, "a frame of \(length) bytes where \(size - Int(clamping: offset)) are left", offset: offset)
    }
    return try file.read(8 + length, at: offset)
  }

  func header() throws(ShardError) -> ShardHeader {
    do { return try ShardHeader(try skippable(at: 0)[...]) } catch { throw error.at(offset: 0) }
  }

  /// Where the footer begins, from the file's last bytes.
  func footerOffset() throws(ShardError) -> UInt64 {
    let tail = ShardFormat.tailSize
    guard size >= tail else { throw ShardError(.damaged, "\(size) bytes are no shard") }
    var reader = ByteReader(try file.read(tail, at: UInt64(size - tail))[...])
    let length = Int(try reader.number(UInt32.self))
    guard try reader.take(8).elementsEqual("SLUICEND".utf8), length <= size else {
      throw ShardError(
        .damaged, "no footer at the end: the file was cut off or its end was overwritten. \(ShardSet.repairAdvice)",
        offset: UInt64(size - tail))
    }
    return UInt64(size - length)
  }

  func footer() throws(ShardError) -> ShardFooter {
    let offset = try footerOffset()
    do throws(ShardError) {
      return try ShardFooter(try file.read(size - Int(offset), at: offset)[...])
    } catch {
      throw error.at(offset: offset)
    }
  }

  /// The CRC-32 of the whole footer.
  func footerChecksum() throws(ShardError) -> UInt32 {
    let offset = try footerOffset()
    return crc32(try file.read(size - Int(offset), at: offset))
  }

  /// The record of a clip.
  func record(_ clip: Int, _ footer: ShardFooter) throws(ShardError) -> ClipRecord {
    let entry = footer.clips[clip]
    do throws(ShardError) {
      guard entry.record <= UInt64(size), Int(entry.recordLength) <= size - Int(entry.record) else {
        throw ShardError(.damaged, "the clip's record is outside the file")
      }
      let record = try ClipRecord(try file.read(Int(entry.recordLength), at: entry.record)[...])
      guard record.clip == clip, record.chunks.count == Int(entry.frameCount) else {
        throw ShardError(.damaged, "the record is that of clip \(record.clip) with \(record.chunks.count) frames")
      }
      return record
    } catch {
      throw error.at(clip: clip, offset: entry.record)
    }
  }
}
