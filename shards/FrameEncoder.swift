internal import CZstd
internal import SluiceKernels
public import SluiceMedia

/// One frame as it is in a shard: a zstd frame, and what the chunk table says about it.
public struct EncodedFrame: Sendable {
  package let bytes: [UInt8]
  package let checksum: UInt32
  package let time: Double?

  /// Stored bytes.
  public var byteCount: Int { bytes.count }
}

/// Turns frames into zstd frames.
///
/// Keeps its buffers from frame to frame; one for each worker.
@safe public final class FrameEncoder {
  private let settings: ShardSettings
  // One that only codes, one that also searches for repetition.
  private let coding: ZstdCompressor
  private let searching: ZstdCompressor
  private let planes = Scratch()
  private let residuals = Scratch()
  private let streams = Scratch()
  private let packed = Scratch()
  private let escapes = Scratch()
  private let output = Scratch()

  /// - Throws: ``ShardError`` if a setting is out of its range.
  public init(_ settings: ShardSettings) throws(ShardError) {
    try settings.validate()
    self.settings = settings
    coding = try settings.level == 1 ? ZstdCompressor(codingOnly: ()) : ZstdCompressor(level: settings.level)
    searching = try ZstdCompressor(level: settings.level)
  }

  /// The streams of a group after filtering, in `streams` or `packed` from where the group begins there.
  @safe private struct Group {
    var limits: [UInt8] = [255, 255, 255]
    var packed: [Bool] = [false, false, false, false]
    var counts: [Int] = [0, 0, 0, 0]
    var streams: [UnsafePointer<UInt8>] = unsafe []
  }

  /// Encodes one frame.
  /// - Throws: ``ShardError`` if the frame is larger than the format allows.
  /// - Complexity: about half a millisecond for 340×256.
  public func encode(_ frame: VideoFrame) throws(ShardError) -> EncodedFrame {
    let geometry = FrameGeometry(frame)
    try geometry.validate()
    let groups = geometry.groups
    let total = groups.reduce(0) { $0 + $1.sampleCount }
    reserve(total, groupCount: groups.count)
    unsafe gather(frame, into: planes.base)

    var activities: [[UInt32]] = []
    var offset = 0
    for group in groups {
      activities.append(filter(group, at: offset))
      offset += group.sampleCount
    }
    // A frame that hardly changes from pixel to pixel is worth a search for repetition, unsorted; and one that is not
    // filtered has nothing but its repetitions.
    let still = activities.reduce(0) { $0 + Int($1[0]) }
    let seen = activities.reduce(0) { $0 + $1.reduce(0) { $0 + Int($1) } }
    let isPlain = settings.filter == .none || still * 4 >= seen * 3

    var escapeEnd = unsafe Optional(escapes.base)
    var coded: [Group] = []
    offset = 0
    for (group, counts) in zip(groups, activities) {
      unsafe coded.append(
        split(group, at: offset, classes: isPlain ? 1 : group.classCount, counts, mayPack: !isPlain, &escapeEnd))
      offset += group.sampleCount
    }
    let escapeCount = unsafe escapeEnd! - escapes.base  // set above, only ever advanced
    let bytes = try compress(coded, escapeCount: escapeCount, with: isPlain ? searching : coding, samples: total)
    return EncodedFrame(bytes: bytes, checksum: crc32(bytes), time: frame.time)
  }

  private func reserve(_ total: Int, groupCount: Int) {
    let slack = Int(SLUICE_SHARD_SLACK)
    planes.reserve(total)
    residuals.reserve(total + slack)
    streams.reserve(4 * (total + slack * groupCount))
    packed.reserve(2 * total + 8 * slack * groupCount)
    escapes.reserve(total + slack)
    // Every flushed piece may cost a block header more than one block would.
    output.reserve(ZSTD_compressBound(2 * total + 1024) + 4096)
  }

  /// Copies a frame's planes together, without gaps, in coding order and quantized.
  private func gather(_ frame: VideoFrame, into destination: UnsafeMutablePointer<UInt8>) {
    var target = unsafe destination
    let step = settings.fidelity.step
    if frame.layout == .rgb {
      let size = frame.width * frame.height
      let pixels = unsafe streams.base  // free until the streams are split
      unsafe copy(frame, plane: 0, step: step, to: pixels)
      unsafe sluice_shard_rgb_apart(pixels, size, target, target + size, target + 2 * size)
      return
    }
    for plane in 0..<frame.layout.planeCount {
      unsafe target = copy(frame, plane: plane, step: step, to: target)
    }
  }

  @discardableResult
  private func copy(
    _ frame: VideoFrame, plane: Int, step: Int, to start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let size = frame.layout.planeSize(plane, width: frame.width, height: frame.height)
    let stored = unsafe frame.storage.planes[plane]
    var target = unsafe start
    for row in 0..<size.rows {
      let source = unsafe stored.base + row * stored.bytesPerRow
      if step == 1 {
        unsafe target.update(from: source, count: size.bytesPerRow)
      } else {
        unsafe sluice_shard_quantize(source, size.bytesPerRow, Int32(step), target)
      }
      unsafe target += size.bytesPerRow
    }
    return unsafe target
  }

  /// Writes a group's residuals; returns how often each activity was seen.
  private func filter(_ group: PlaneGroup, at offset: Int) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: 256)
    for plane in 0..<group.planes.count {
      let place = offset + plane * group.planeSize
      let target = unsafe residuals.base + place
      unsafe sluice_shard_residuals(
        planes.base + place, group.width, Int32(group.width), Int32(group.height), Int32(settings.filter.leftOut),
        target)
      unsafe sluice_shard_activities(target, Int32(group.width), Int32(group.height), &counts)
    }
    return counts
  }

  private func split(
    _ group: PlaneGroup, at offset: Int, classes: Int, _ activities: [UInt32], mayPack: Bool,
    _ escapeEnd: inout UnsafeMutablePointer<UInt8>?
  ) -> Group {
    var result = Group()
    result.limits = Self.limits(activities, classes: classes)
    let slack = Int(SLUICE_SHARD_SLACK)
    let room = group.sampleCount + slack
    let first = unsafe streams.base + 4 * (offset == 0 ? 0 : offset + slack)
    let starts = unsafe (0..<4).map { unsafe first + $0 * room }
    var ends: [UnsafeMutablePointer<UInt8>?] = unsafe starts
    for plane in 0..<group.planes.count {
      unsafe sluice_shard_split(
        residuals.base + offset + plane * group.planeSize, Int32(group.width), Int32(group.height), result.limits,
        &ends)
    }
    var packedEnd = unsafe packed.base + 2 * offset + (offset == 0 ? 0 : 8 * slack)
    for index in 0..<4 {
      let start = unsafe starts[index]
      let count = unsafe ends[index]! - start  // never nil: only advanced by the kernel
      result.counts[index] = count
      // At one escape in sixteen the packed form is still the smaller one.
      if mayPack, count > 0, unsafe sluice_shard_count_small(start, count) * 16 >= count * 15 {
        unsafe sluice_shard_pack(start, count, packedEnd, &escapeEnd)
        result.packed[index] = true
        unsafe result.streams.append(UnsafePointer(packedEnd))
        unsafe packedEnd += (count + 1) / 2 + slack
      } else {
        unsafe result.streams.append(UnsafePointer(start))
      }
    }
    return result
  }

  /// The activities that part the residuals into `classes` classes of about equal size.
  static func limits(_ activities: [UInt32], classes: Int) -> [UInt8] {
    var limits: [UInt8] = [255, 255, 255]
    let total = activities.reduce(0) { $0 + Int($1) }
    var sum = 0
    var next = 1
    for (activity, count) in activities.enumerated() {
      sum += Int(count)
      while next < classes, sum * classes >= total * next {
        limits[next - 1] = UInt8(activity)
        next += 1
      }
    }
    return limits
  }

  /// Header, streams and escapes as one zstd frame, in which every stream has blocks of its own.
  private func compress(
    _ groups: [Group], escapeCount: Int, with compressor: ZstdCompressor, samples: Int
  ) throws(ShardError) -> [UInt8] {
    var header = ByteWriter()
    var size = escapeCount
    for group in groups {
      header.append(group.limits)
      header.append((0..<4).reduce(settings.filter.leftOut << 4) { group.packed[$1] ? $0 | 1 << $1 : $0 })
      for count in group.counts { header.append(UInt32(count)) }
      size += (0..<4).reduce(0) { $0 + Self.stored(group, $1) }
    }
    try unsafe compressor.begin(contentSize: size + header.bytes.count, into: output.base, capacity: capacity(samples))
    _ = try unsafe header.bytes.withUnsafeBufferPointer { buffer throws(ShardError) in
      try unsafe compressor.add(buffer.baseAddress!, buffer.count, ZSTD_e_continue)  // never empty
    }
    for group in groups {
      for index in 0..<4 where group.counts[index] > 0 {
        try unsafe compressor.add(group.streams[index], Self.stored(group, index), ZSTD_e_flush)
      }
    }
    let written = try unsafe compressor.add(escapes.base, escapeCount, ZSTD_e_end)
    return unsafe [UInt8](UnsafeBufferPointer(start: output.base, count: written))
  }

  private func capacity(_ samples: Int) -> Int { ZSTD_compressBound(2 * samples + 1024) + 4096 }

  private static func stored(_ group: Group, _ index: Int) -> Int {
    group.packed[index] ? (group.counts[index] + 1) / 2 : group.counts[index]
  }
}
