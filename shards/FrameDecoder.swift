internal import CZstd
internal import SluiceKernels
package import SluiceMedia

/// Decodes stored frames.
///
/// Keeps its buffers from frame to frame; one for each thread.
@safe public final class FrameDecoder: @unchecked Sendable {
  // Safe to hand from thread to thread; `ShardSet` gives it to one at a time.
  private let zstd: ZstdDecompressor
  private let stored = Scratch()
  private let content = Scratch()
  private let unpacked = Scratch()
  private let planes = Scratch()

  public init() throws(ShardError) {
    zstd = try ZstdDecompressor()
  }

  /// Reads and decodes one frame.
  func decode(_ chunk: Chunk, of file: File, _ info: ClipInfo) throws(ShardError) -> VideoFrame {
    let count = Int(chunk.length)
    stored.reserve(count)
    try unsafe file.read(into: UnsafeMutableRawBufferPointer(start: stored.base, count: count), at: chunk.offset)
    return try unsafe decode(
      UnsafeBufferPointer(start: stored.base, count: count), geometry: info.geometry, step: info.step, time: chunk.time)
  }

  /// Only what zstd does of decoding one frame, to be measured.
  package func contentSize(of frame: EncodedFrame) throws(ShardError) -> Int {
    try unsafe frame.bytes.withUnsafeBufferPointer { bytes throws(ShardError) in
      let size = unsafe zstdContentSize(bytes) ?? 0
      content.reserve(size)
      return try unsafe zstd.decompress(bytes, into: content.base, capacity: size)
    }
  }

  /// Decodes one frame.
  /// - Throws: ``ShardError`` if a byte of it is not what was written.
  package func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, geometry: FrameGeometry, step: Int, time: Double?
  ) throws(ShardError) -> VideoFrame {
    let groups = geometry.groups
    let total = groups.reduce(0) { $0 + $1.sampleCount }
    // Reading ahead of a stream's end is a row long at most.
    let slack = Int(SLUICE_SHARD_SLACK) + 3 * geometry.width
    let header = groups.count * Self.headerSize
    guard let size = unsafe zstdContentSize(bytes), size >= header, size <= header + 2 * total else {
      throw ShardError(.damaged, "no zstd frame of a size that a \(geometry) frame can have")
    }
    content.reserve(size + slack)
    unpacked.reserve(total + (slack + 8) * 4 * groups.count)
    // What a frame announces is what comes out of it: zstd refuses any other.
    _ = try unsafe zstd.decompress(bytes, into: content.base, capacity: size)

    let storage = FrameStorage(width: geometry.width, height: geometry.height, layout: geometry.layout)
    // Everything that was checked above and below is what the checksum vouches for; a file made on purpose is caught too.
    try join(groups, contentSize: size, slack: slack, into: storage, isRGB: geometry.layout == .rgb)
    if step > 1 { unsafe sluice_shard_rescale(storage.base, storage.byteCount, Int32(step)) }
    return VideoFrame(
      width: geometry.width, height: geometry.height, layout: geometry.layout, color: geometry.color, time: time,
      storage: storage)
  }

  /// Bytes of a group's header: three limits, which streams are packed and the filter, four counts.
  static let headerSize: Int = 20

  private struct GroupHeader {
    let limits: [UInt8]
    let isPacked: [Bool]
    /// What the filter left out, as kernels want it.
    let leftOut: Int32
    let counts: [Int]

    init(_ bytes: UnsafePointer<UInt8>, _ group: PlaneGroup) throws(ShardError) {
      let limits = (0..<3).map { unsafe bytes[$0] }
      let (packed, leftOut) = unsafe (bytes[3] & 15, bytes[3] >> 4)
      self.limits = limits
      isPacked = (0..<4).map { packed >> $0 & 1 == 1 }
      self.leftOut = Int32(leftOut)
      counts = (0..<4).map { index in
        (0..<4).reduce(0) { unsafe $0 | Int(bytes[4 + 4 * index + $1]) << (8 * $1) }
      }
      guard limits[0] <= limits[1], limits[1] <= limits[2], leftOut < 4, counts.reduce(0, +) == group.sampleCount
      else {
        throw ShardError(
          .damaged, "a header of \(counts) residuals with limits \(limits) for \(group.sampleCount) samples")
      }
    }

    /// Bytes of stream `index`.
    func size(_ index: Int) -> Int { isPacked[index] ? (counts[index] + 1) / 2 : counts[index] }
  }

  private func join(
    _ groups: [PlaneGroup], contentSize: Int, slack: Int, into storage: FrameStorage, isRGB: Bool
  ) throws(ShardError) {
    var headers: [GroupHeader] = []
    for (index, group) in groups.enumerated() {
      headers.append(try unsafe GroupHeader(content.base + index * Self.headerSize, group))
    }
    var position = groups.count * Self.headerSize
    let streamsEnd = headers.reduce(position) { sum, header in (0..<4).reduce(sum) { $0 + header.size($1) } }
    guard streamsEnd <= contentSize else {
      throw ShardError(.damaged, "streams of \(streamsEnd) bytes in a frame of \(contentSize)")
    }
    var escapes = unsafe Optional(UnsafePointer(content.base + streamsEnd))
    let escapesEnd = unsafe UnsafePointer(content.base + contentSize)

    var target = unsafe storage.base
    if isRGB {
      planes.reserve(storage.byteCount)
      unsafe target = planes.base
    }
    var free = unsafe unpacked.base
    for (group, header) in zip(groups, headers) {
      var streams: [UnsafePointer<UInt8>?] = unsafe []
      var ends: [UnsafePointer<UInt8>?] = unsafe []
      for index in 0..<4 {
        let count = header.counts[index]
        let stored = unsafe content.base + position
        position += header.size(index)
        if header.isPacked[index] {
          guard unsafe sluice_shard_unpack(stored, count, free, &escapes, escapesEnd) == 0 else {
            throw ShardError(.damaged, "a packed stream wants more escapes than there are")
          }
          unsafe streams.append(free)
          unsafe ends.append(free + count)
          unsafe free += count + slack
        } else {
          unsafe streams.append(stored)
          unsafe ends.append(stored + count)
        }
      }
      for _ in group.planes {
        let result = unsafe sluice_shard_join(
          &streams, ends, header.limits, header.leftOut, target, group.width, Int32(group.width), Int32(group.height))
        guard result == 0 else { throw ShardError(.damaged, "a stream of residuals ends too early") }
        unsafe target += group.planeSize
      }
      // As many residuals as samples: with none too few in any stream, none are left over.
    }
    guard unsafe escapes == escapesEnd else { throw ShardError(.damaged, "escapes are left over") }
    if isRGB {
      let size = groups[0].planeSize
      unsafe sluice_shard_rgb_together(
        planes.base, planes.base + size, planes.base + 2 * size, size, storage.base)
    }
  }
}
