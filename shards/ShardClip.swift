public import SluiceMedia

/// One clip of a shard set, to be asked for its frames like a video file.
public struct ShardClip: FrameSource {
  private let set: ShardSet
  private let shardIndex: Int
  private let chunkTable: UInt64
  private let chunkChecksum: UInt32
  /// The clip's number in its set.
  public let number: Int
  /// All that is known without reading the shard.
  public let info: ClipInfo

  init(set: ShardSet, number: Int, entry: ShardIndex.Clip) {
    self.set = set
    self.number = number
    info = entry.info
    shardIndex = entry.shardIndex
    chunkTable = entry.chunkTable
    chunkChecksum = entry.chunkChecksum
  }

  public var name: String { info.description.path }
  public var frameCount: Int { info.frameCount }
  public var frameRate: Double? { info.frameRate }

  /// The frames at `indices`, in that order.
  ///
  /// Only the bytes of these frames are read, and the clip's part of the chunk table. A number that comes more than once
  /// gives the same memory.
  /// - Throws: ``ShardError`` with shard, clip and offset for a damaged frame.
  public func frames(at indices: [Int]) throws -> [VideoFrame] {
    try read(indices)
  }

  private func read(_ indices: [Int]) throws(ShardError) -> [VideoFrame] {
    for index in indices where !(0..<frameCount).contains(index) {
      throw at(ShardError(.missing, "frame \(index) asked, \(name) has \(frameCount)"))
    }
    let file = try set.file(shardIndex)
    let chunks = try chunkTable(of: file)
    let wanted = Set(indices).sorted()
    if let first = wanted.first, let last = wanted.last, wanted.count > 1 {
      file.prepare(chunks[first].offset..<chunks[last].offset + UInt64(chunks[last].length))
    }
    var frames: [Int: VideoFrame] = [:]
    try set.withDecoder { decoder throws(ShardError) in
      for index in wanted {
        do throws(ShardError) {
          frames[index] = try decoder.decode(chunks[index], of: file, info)
        } catch {
          throw at(error.at(offset: chunks[index].offset), frame: index)
        }
      }
    }
    return indices.map { frames[$0]! }  // every index of `wanted` was decoded or thrown for
  }

  /// The clip's part of the chunk table, checked.
  private func chunkTable(of file: File) throws(ShardError) -> [Chunk] {
    do throws(ShardError) {
      let bytes = try file.read(frameCount * Chunk.size, at: chunkTable)
      guard crc32(bytes) == chunkChecksum else {
        throw ShardError(.damaged, "the clip's part of the chunk table does not have its checksum")
      }
      var reader = ByteReader(bytes[...])
      let size = Int(set.index.shards[shardIndex].fileSize)
      var chunks: [Chunk] = []
      chunks.reserveCapacity(frameCount)
      for _ in 0..<frameCount {
        let chunk = try Chunk(&reader)
        guard chunk.isInside(size) else { throw ShardError(.damaged, "an entry of the chunk table points outside") }
        chunks.append(chunk)
      }
      return chunks
    } catch {
      throw at(error.at(offset: chunkTable))
    }
  }

  private func at(_ error: ShardError, frame: Int? = nil) -> ShardError {
    let message = frame.map { "frame \($0): \(error.message)" } ?? error.message
    return ShardError(
      error.code, message, file: ShardFormat.shardName(info.shard), clip: info.clip, offset: error.offset)
  }
}
