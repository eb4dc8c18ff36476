internal import SluiceMedia

/// The first thing in a shard.
struct ShardHeader: Equatable {
  let number: Int
  let facts: SetFacts

  func encoded() throws(ShardError) -> [UInt8] {
    let json = try ShardFormat.json(facts)
    var payload = ByteWriter()
    payload.append("SLUICESH".utf8)
    payload.append(ShardFormat.version)
    payload.append(UInt16(0))
    payload.append(UInt32(number))
    payload.append(UInt32(json.count))
    payload.append(json)
    return ShardFormat.skippable(ShardFormat.headerMagic, payload)
  }

  init(number: Int, facts: SetFacts) {
    self.number = number
    self.facts = facts
  }

  init(_ bytes: ArraySlice<UInt8>) throws(ShardError) {
    var reader = try ShardFormat.open(bytes, ShardFormat.headerMagic, "the header")
    try reader.expect("SLUICESH", "the header")
    let version = try reader.number(UInt16.self)
    guard version == ShardFormat.version else {
      throw ShardError(
        .refused, "format version \(version); this program reads \(ShardFormat.version). Use the one that wrote it.")
    }
    _ = try reader.number(UInt16.self)
    number = Int(try reader.number(UInt32.self))
    let length = Int(try reader.number(UInt32.self))
    facts = try ShardFormat.decode(SetFacts.self, try reader.take(length), "the settings")
  }
}

/// What stands behind a clip's frames: all that is known about it, so that no other part of the set is needed.
struct ClipRecord: Equatable {
  let clip: Int
  let geometry: FrameGeometry
  let step: Int
  let frameRate: Double?
  let description: ClipDescription
  let chunks: [Chunk]

  func encoded() throws(ShardError) -> [UInt8] {
    let json = try ShardFormat.json(description)
    var payload = ByteWriter()
    payload.append("SLUICECL".utf8)
    payload.append(UInt32(clip))
    payload.append(UInt32(geometry.width))
    payload.append(UInt32(geometry.height))
    payload.append(geometry.layout.rawValue)
    payload.append(geometry.color.matrix.rawValue)
    payload.append(geometry.color.range.rawValue)
    payload.append(UInt8(step))
    payload.append(frameRate ?? .nan)
    payload.append(UInt32(chunks.count))
    payload.append(UInt32(json.count))
    payload.append(json)
    for chunk in chunks { chunk.write(to: &payload) }
    return ShardFormat.skippable(ShardFormat.clipMagic, payload)
  }

  init(
    clip: Int, geometry: FrameGeometry, step: Int, frameRate: Double?, description: ClipDescription, chunks: [Chunk]
  ) {
    self.clip = clip
    self.geometry = geometry
    self.step = step
    self.frameRate = frameRate
    self.description = description
    self.chunks = chunks
  }

  init(_ bytes: ArraySlice<UInt8>) throws(ShardError) {
    var reader = try ShardFormat.open(bytes, ShardFormat.clipMagic, "the clip's record")
    try reader.expect("SLUICECL", "the clip's record")
    clip = Int(try reader.number(UInt32.self))
    let width = Int(try reader.number(UInt32.self))
    let height = Int(try reader.number(UInt32.self))
    geometry = try FrameGeometry(
      width: width, height: height, layout: try reader.number(), matrix: try reader.number(), range: try reader.number()
    )
    step = Int(try reader.number(UInt8.self))
    let rate = try reader.double()
    frameRate = rate.isNaN ? nil : rate
    let count = Int(try reader.number(UInt32.self))
    let length = Int(try reader.number(UInt32.self))
    description = try ShardFormat.decode(ClipDescription.self, try reader.take(length), "the clip's description")
    guard step > 0, count > 0, reader.remaining == count * Chunk.size else {
      throw ShardError(.damaged, "the clip's record has \(reader.remaining) bytes for \(count) frames")
    }
    var chunks: [Chunk] = []
    chunks.reserveCapacity(count)
    for _ in 0..<count { chunks.append(try Chunk(&reader)) }
    self.chunks = chunks
  }
}

extension FrameGeometry {
  /// The geometry of stored numbers.
  init(width: Int, height: Int, layout: UInt8, matrix: UInt8, range: UInt8) throws(ShardError) {
    guard let layout = PixelLayout(rawValue: layout), let matrix = ColorDescription.Matrix(rawValue: matrix),
      let range = ColorDescription.Range(rawValue: range)
    else { throw ShardError(.damaged, "layout \(layout), matrix \(matrix), range \(range) are not all known") }
    self.init(width: width, height: height, layout: layout, color: ColorDescription(matrix: matrix, range: range))
    do { try validate() } catch { throw ShardError(.damaged, error.message) }
  }
}

/// The last thing in a shard: where everything is.
struct ShardFooter: Equatable {
  struct Clip: Equatable {
    /// Where the clip's record begins, and its bytes.
    let record: UInt64
    let recordLength: UInt32
    let frameCount: UInt32
  }

  let number: Int
  /// Once more, should the header be damaged.
  let facts: SetFacts
  let clips: [Clip]
  let chunks: [Chunk]
  let failures: [ClipFailure]

  /// Bytes before the chunk table.
  static func chunkTable(clipCount: Int) -> Int { 8 + 8 + 4 + 4 + 8 + 4 + 4 + 16 * clipCount }

  func encoded() throws(ShardError) -> [UInt8] {
    let json = try ShardFormat.json(failures)
    let factsJSON = try ShardFormat.json(facts)
    var payload = ByteWriter()
    payload.append("SLUICEFT".utf8)
    payload.append(UInt32(number))
    payload.append(UInt32(clips.count))
    payload.append(UInt64(chunks.count))
    payload.append(UInt32(json.count))
    payload.append(UInt32(factsJSON.count))
    for clip in clips {
      payload.append(clip.record)
      payload.append(clip.recordLength)
      payload.append(clip.frameCount)
    }
    for chunk in chunks { chunk.write(to: &payload) }
    payload.append(json)
    payload.append(factsJSON)
    payload.append(UInt32(8 + payload.bytes.count + ShardFormat.tailSize))
    payload.append("SLUICEND".utf8)
    return ShardFormat.skippable(ShardFormat.footerMagic, payload)
  }

  init(number: Int, facts: SetFacts, clips: [Clip], chunks: [Chunk], failures: [ClipFailure]) {
    self.number = number
    self.facts = facts
    self.clips = clips
    self.chunks = chunks
    self.failures = failures
  }

  init(_ bytes: ArraySlice<UInt8>) throws(ShardError) {
    var reader = try ShardFormat.open(bytes, ShardFormat.footerMagic, "the footer")
    try reader.expect("SLUICEFT", "the footer")
    number = Int(try reader.number(UInt32.self))
    let clipCount = Int(try reader.number(UInt32.self))
    let chunkCount = try reader.number(UInt64.self)
    let length = Int(try reader.number(UInt32.self))
    let factsLength = Int(try reader.number(UInt32.self))
    let room = reader.remaining - 12 - length - factsLength - 16 * clipCount
    guard room >= 0, UInt64(room) == UInt64(Chunk.size).multipliedReportingOverflow(by: chunkCount).partialValue,
      chunkCount < 1 << 40
    else { throw ShardError(.damaged, "the footer has no room for \(clipCount) clips of \(chunkCount) frames") }
    var clips: [Clip] = []
    var frames: UInt64 = 0
    for _ in 0..<clipCount {
      let clip = Clip(
        record: try reader.number(), recordLength: try reader.number(), frameCount: try reader.number())
      frames += UInt64(clip.frameCount)
      clips.append(clip)
    }
    guard frames == chunkCount else {
      throw ShardError(.damaged, "the footer's clips have \(frames) frames, its chunk table \(chunkCount)")
    }
    var chunks: [Chunk] = []
    chunks.reserveCapacity(Int(chunkCount))
    for _ in 0..<chunkCount { chunks.append(try Chunk(&reader)) }
    failures = try ShardFormat.decode([ClipFailure].self, try reader.take(length), "the footer's list of failures")
    facts = try ShardFormat.decode(SetFacts.self, try reader.take(factsLength), "the footer's settings")
    // Behind it stand the footer's size and its last letters, by which it was found.
    self.clips = clips
    self.chunks = chunks
  }
}
