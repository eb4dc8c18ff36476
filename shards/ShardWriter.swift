internal import SluiceMedia

/// Writes one shard: appends clips to a partial file, which gets its name when it is whole.
struct ShardWriter {
  let number: Int
  private let directory: String
  private let file: File
  private let facts: SetFacts
  private(set) var size: UInt64 = 0
  private(set) var records: [ClipRecord] = []
  private var clips: [ShardFooter.Clip] = []
  private(set) var failures: [ClipFailure] = []
  // The clip being written.
  private var start: UInt64 = 0
  private var chunks: [Chunk] = []
  private var geometry: FrameGeometry?

  init(directory: String, number: Int, facts: SetFacts) throws(ShardError) {
    self.directory = directory
    self.number = number
    self.facts = facts
    file = try File("\(directory)/\(ShardFormat.shardName(number))\(ShardFormat.partialSuffix)", .writing)
    try put(try ShardHeader(number: number, facts: facts).encoded())
    start = size
  }

  private mutating func put(_ bytes: [UInt8]) throws(ShardError) {
    try file.write(bytes)
    size += UInt64(bytes.count)
  }

  /// Appends frames of the clip being written.
  mutating func append(_ frames: [EncodedFrame], geometry: FrameGeometry) throws(ShardError) {
    if let known = self.geometry, known != geometry {
      throw ShardError(.invalid, "frame \(chunks.count) is \(geometry), the clip began with \(known)")
    }
    self.geometry = geometry
    var bytes: [UInt8] = []
    bytes.reserveCapacity(frames.reduce(0) { $0 + $1.bytes.count })
    for frame in frames {
      chunks.append(
        Chunk(
          offset: size + UInt64(bytes.count), length: UInt32(frame.bytes.count), checksum: frame.checksum,
          time: frame.time))
      bytes += frame.bytes
    }
    try put(bytes)
  }

  /// Ends the clip being written.
  mutating func finishClip(_ description: ClipDescription, frameRate: Double?) throws(ShardError) {
    guard let geometry, !chunks.isEmpty else { throw ShardError(.invalid, "\(description.path) has no frames") }
    let record = ClipRecord(
      clip: records.count, geometry: geometry, step: facts.settings.fidelity.step, frameRate: frameRate,
      description: description,
      chunks: chunks)
    let bytes = try record.encoded()
    clips.append(
      ShardFooter.Clip(record: size, recordLength: UInt32(bytes.count), frameCount: UInt32(chunks.count)))
    records.append(record)
    try put(bytes)
    beginClip()
  }

  /// Appends a clip of another shard as it is, under another description.
  /// - Throws: ``ShardError`` if a frame does not have its checksum; ``abandonClip()`` then takes the clip back.
  mutating func copy(
    _ record: ClipRecord, of shard: ShardFile, as description: ClipDescription
  ) throws(ShardError) {
    for chunk in record.chunks {
      guard chunk.isInside(shard.size) else { throw ShardError(.damaged, "a frame is outside the file") }
      let bytes = try shard.file.read(Int(chunk.length), at: chunk.offset)
      guard crc32(bytes) == chunk.checksum else {
        throw ShardError(.damaged, "a frame does not have its checksum", clip: record.clip, offset: chunk.offset)
      }
      let frame = EncodedFrame(bytes: bytes, checksum: chunk.checksum, time: chunk.time)
      try append([frame], geometry: record.geometry)
    }
    try finishClip(description, frameRate: record.frameRate)
  }

  /// Takes back what has been written of the present clip.
  mutating func abandonClip() throws(ShardError) {
    if size != start {
      try file.truncate(to: start)
      size = start
    }
    beginClip()
  }

  private mutating func beginClip() {
    start = size
    chunks = []
    geometry = nil
  }

  mutating func add(_ failure: ClipFailure) { failures.append(failure) }

  /// Writes the footer and gives the shard its name.
  mutating func finish() throws(ShardError) -> ShardSummary {
    let footer = ShardFooter(
      number: number, facts: facts, clips: clips, chunks: records.flatMap(\.chunks), failures: failures)
    let bytes = try footer.encoded()
    let summary = ShardSummary(
      number: number, facts: facts, footer: size, footerChecksum: crc32(bytes), fileSize: size + UInt64(bytes.count),
      clips: records.map(ClipSummary.init), failures: failures)
    try put(bytes)
    try file.synchronize()
    try Directory.rename(file.path, to: "\(directory)/\(ShardFormat.shardName(number))")
    return summary
  }
}
