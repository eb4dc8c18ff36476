internal import SluiceMedia

/// What a check of a whole set found.
public struct ShardVerification: Sendable, Equatable {
  public internal(set) var shards: Int = 0
  public internal(set) var clips: Int = 0
  public internal(set) var frames: Int = 0
  public internal(set) var bytes: UInt64 = 0
  /// Everything that is not as it was written; empty for a sound set.
  public internal(set) var problems: [ShardError] = []

  init() {}

  /// Checks every byte of a set: checksums, decoding of every frame, tables against each other, the index.
  ///
  /// - Parameter progress: told the bytes checked so far, after each clip.
  /// - Throws: ``ShardError`` if the directory cannot be read at all; what is wrong in it is in ``problems``.
  public static func check(
    _ path: String, progress: (UInt64) -> Void = { _ in }
  ) throws(ShardError) -> ShardVerification {
    var result = ShardVerification()
    let numbers = try Directory.entries(path).compactMap(ShardFormat.shardNumber).sorted()
    guard !numbers.isEmpty else {
      throw ShardError(.missing, "there are no shards. `sluice preprocess LIST --out \(path)` makes them.", file: path)
    }
    var summaries: [ShardSummary] = []
    for number in numbers {
      let name = ShardFormat.shardName(number)
      do throws(ShardError) {
        let shard = try ShardFile("\(path)/\(name)")
        result.shards += 1
        result.check(shard, number, progress)
        summaries.append(try ShardSummary(reading: "\(path)/\(name)", expecting: number))
      } catch {
        result.report(error.at(file: name))
      }
    }
    if let first = summaries.first, let other = summaries.first(where: { $0.facts.classes != first.facts.classes }) {
      result.report(
        ShardError(
          .damaged,
          "its names of classes are not those of \(ShardFormat.shardName(first.number)): a correction was "
            + "interrupted. Run sluice preprocess again.", file: ShardFormat.shardName(other.number)))
    }
    if let last = numbers.last, last != numbers.count - 1 {
      let missing = (0...last).first { !numbers.contains($0) } ?? 0
      result.report(ShardError(.missing, "it is missing", file: ShardFormat.shardName(missing)))
    }
    result.checkIndex("\(path)/\(ShardFormat.indexName)", summaries, isComplete: summaries.count == numbers.count)
    return result
  }

  private mutating func report(_ problem: ShardError) {
    if !problems.contains(problem) { problems.append(problem) }
  }

  private mutating func check(_ shard: ShardFile, _ number: Int, _ progress: (UInt64) -> Void) {
    let name = ShardFormat.shardName(number)
    do throws(ShardError) {
      let header = try shard.header()
      let footer = try shard.footer()
      guard header.number == number, footer.number == number, header.facts == footer.facts else {
        throw ShardError(.damaged, "header and footer are those of shards \(header.number) and \(footer.number)")
      }
      // Everything must follow without a gap, so that no byte is left unchecked.
      var position = UInt64(try header.encoded().count)
      var firstChunk = 0
      for clip in footer.clips.indices {
        let count = Int(footer.clips[clip].frameCount)
        checkClip(clip, shard, footer, firstChunk..<firstChunk + count, &position, name)
        firstChunk += count
        clips += 1
        frames += count
        progress(bytes + position)
      }
      guard position == (try shard.footerOffset()) else {
        throw ShardError(.damaged, "the clips end at \(position), the footer begins elsewhere", offset: position)
      }
    } catch {
      report(error.at(file: name))
    }
    bytes += UInt64(shard.size)
  }

  private mutating func checkClip(
    _ clip: Int, _ shard: ShardFile, _ footer: ShardFooter, _ range: Range<Int>, _ position: inout UInt64,
    _ name: String
  ) {
    let entry = footer.clips[clip]
    // Wherever the clip turns out to begin, the next one begins behind its record.
    defer { position = entry.record &+ UInt64(entry.recordLength) }
    do throws(ShardError) {
      let record = try shard.record(clip, footer)
      guard record.chunks.elementsEqual(footer.chunks[range]) else {
        throw ShardError(.damaged, "the clip's record and the footer disagree about its frames", offset: entry.record)
      }
      let decoder = try FrameDecoder()
      for (frame, chunk) in record.chunks.enumerated() {
        guard chunk.offset == position, chunk.isInside(shard.size) else {
          throw ShardError(.damaged, "frame \(frame) is said to begin at \(chunk.offset)", offset: position)
        }
        position += UInt64(chunk.length)
        do throws(ShardError) {
          let stored = try shard.file.read(Int(chunk.length), at: chunk.offset)
          guard crc32(stored) == chunk.checksum else {
            throw ShardError(.damaged, "frame \(frame) does not have its checksum")
          }
          _ = try decoder.decode(stored, geometry: record.geometry, step: record.step, time: nil)
        } catch {
          report(error.at(file: name, clip: clip, offset: chunk.offset))
        }
      }
      guard position == entry.record else {
        throw ShardError(.damaged, "\(position) is where the frames end, not where the record begins", offset: position)
      }
    } catch {
      report(error.at(file: name, clip: clip))
    }
  }

  private mutating func checkIndex(_ path: String, _ summaries: [ShardSummary], isComplete: Bool) {
    do throws(ShardError) {
      let index = try ShardIndex(path)
      try index.verify()
      let order = try index.order()
      guard isComplete else { return }
      // The order is the list's; every clip that is listed has one place in it.
      let isWhole = Set(order) == Set(ClipLocation.listed(in: summaries)) && Set(order).count == order.count
      let file = try File(path)
      guard isWhole, try file.read(try file.size(), at: 0) == ShardIndex.build(summaries, order: order) else {
        throw ShardError(.damaged, "the index is not that of the shards. \(ShardSet.repairAdvice)")
      }
    } catch {
      report(error.at(file: ShardFormat.indexName))
    }
  }
}

extension FrameDecoder {
  func decode(
    _ bytes: [UInt8], geometry: FrameGeometry, step: Int, time: Double?
  ) throws(ShardError) -> VideoFrame {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(ShardError) in
      try unsafe decode(buffer, geometry: geometry, step: step, time: time)
    }
  }
}
