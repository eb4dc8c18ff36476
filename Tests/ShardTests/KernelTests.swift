import SluiceKernels
import SluiceMedia
import SluicePlatform
import SluiceShards
import Testing

/// Every variant of the filter against the plain loops of the description.
@Suite(.serialized) struct KernelTests {
  @Test func everyVariantWritesTheSameBytesAndUndoesThem() throws {
    defer { sluice_cpu_cap_thread(Int32(SLUICE_CPU_AVX512)) }
    var levels: Set<Int32> = []
    for wanted in [SLUICE_CPU_PORTABLE, SLUICE_CPU_AVX2, SLUICE_CPU_AVX512] {
      levels.insert(sluice_cpu_cap_thread(Int32(wanted)))
    }
    var random = KeyedRandom(seed: 5, epoch: 0, sample: 0, stage: "kernels")
    for round in 0..<120 {
      let (width, height) = (random.integer(in: 1...200), random.integer(in: 1...12))
      let amplitude = round % 3 == 0 ? 255 : random.integer(in: 1...20)
      let plane = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 / 3 + random.integer(in: 0...amplitude)) }
      let first = UInt8(random.integer(in: 0...20))
      let limits = [first, first + UInt8(random.integer(in: 0...20)), 60]
      let leftOut = round % 4
      let expected = naive(plane, width, limits, leftOut)
      for level in levels {
        sluice_cpu_cap_thread(level)
        let streams = split(plane, width, height, limits, leftOut)
        #expect(streams == expected, "\(width)×\(height), level \(level), left out \(leftOut)")
        #expect(join(streams, width, height, limits, leftOut) == plane)
        for stream in streams { #expect(unpacked(packed(stream), stream.count) == stream) }
      }
    }
  }

  @Test func streamsThatEndTooEarlyAreRefused() {
    let plane = [UInt8](repeating: 7, count: 64 * 4)
    var streams = split(plane, 64, 4, [255, 255, 255])
    streams[0].removeLast(10)
    #expect(join(streams, 64, 4, [255, 255, 255]) == nil)
    let (bytes, escapes) = packed([100, 0, 200, 3])
    #expect(unpacked((bytes, Array(escapes.dropLast())), 4) == nil)
  }

  @Test func theChecksumIsThatOfZlib() {
    #expect(sluice_crc32(0, Array("123456789".utf8), 9) == 0xCBF4_3926)
    #expect(sluice_crc32(sluice_crc32(0, Array("1234".utf8), 4), Array("56789".utf8), 5) == 0xCBF4_3926)
  }

  // MARK: The description, word by word

  private func naive(_ plane: [UInt8], _ width: Int, _ limits: [UInt8], _ leftOut: Int) -> [[UInt8]] {
    func sample(_ y: Int, _ x: Int) -> Int { y < 0 || x < 0 ? 0 : Int(plane[y * width + x]) }
    func residual(_ y: Int, _ x: Int) -> UInt8 {
      let left = leftOut & 1 == 0 ? sample(y, x - 1) : 0
      let above = leftOut & 2 == 0 ? sample(y - 1, x) : 0
      let aboveLeft = leftOut == 0 ? sample(y - 1, x - 1) : 0
      return UInt8(truncatingIfNeeded: sample(y, x) - left - above + aboveLeft)
    }
    var streams: [[UInt8]] = [[], [], [], []]
    for y in 0..<plane.count / width {
      for x in 0..<width {
        let near = (x - 2...x + 2).filter { y > 0 && (0..<width).contains($0) }
        let activity = min(255, near.reduce(0) { $0 + abs(Int(Int8(bitPattern: residual(y - 1, $1)))) })
        streams[limits.count { activity > Int($0) }].append(residual(y, x))
      }
    }
    return streams
  }

  private let slack = Int(SLUICE_SHARD_SLACK)

  private func split(
    _ plane: [UInt8], _ width: Int, _ height: Int, _ limits: [UInt8], _ leftOut: Int = 0
  ) -> [[UInt8]] {
    var residuals = [UInt8](repeating: 0, count: plane.count + slack)
    sluice_shard_residuals(plane, width, Int32(width), Int32(height), Int32(leftOut), &residuals)
    let starts = (0..<4).map { _ in UnsafeMutablePointer<UInt8>.allocate(capacity: plane.count + slack) }
    defer { for start in starts { start.deallocate() } }
    var ends: [UnsafeMutablePointer<UInt8>?] = starts
    sluice_shard_split(residuals, Int32(width), Int32(height), limits, &ends)
    return (0..<4).map { Array(UnsafeBufferPointer(start: starts[$0], count: ends[$0]! - starts[$0])) }
  }

  private func join(
    _ streams: [[UInt8]], _ width: Int, _ height: Int, _ limits: [UInt8], _ leftOut: Int = 0
  ) -> [UInt8]? {
    let starts = streams.map { stream in
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: stream.count + width + slack)
      memory.initialize(repeating: 0, count: stream.count + width + slack)
      memory.update(from: stream, count: stream.count)
      return memory
    }
    defer { for start in starts { start.deallocate() } }
    var places: [UnsafePointer<UInt8>?] = starts.map { UnsafePointer<UInt8>($0) }
    let ends: [UnsafePointer<UInt8>?] = (0..<4).map { UnsafePointer<UInt8>(starts[$0] + streams[$0].count) }
    var plane = [UInt8](repeating: 0, count: width * height)
    let result = sluice_shard_join(&places, ends, limits, Int32(leftOut), &plane, width, Int32(width), Int32(height))
    return result == 0 ? plane : nil
  }

  private func packed(_ residuals: [UInt8]) -> (bytes: [UInt8], escapes: [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: residuals.count / 2 + 1 + slack)
    let start = UnsafeMutablePointer<UInt8>.allocate(capacity: residuals.count + slack)
    defer { start.deallocate() }
    var end: UnsafeMutablePointer<UInt8>? = start
    let padded = residuals + [UInt8](repeating: 0, count: slack)
    sluice_shard_pack(padded, residuals.count, &bytes, &end)
    return (
      Array(bytes.prefix((residuals.count + 1) / 2)), Array(UnsafeBufferPointer(start: start, count: end! - start))
    )
  }

  private func unpacked(_ packed: (bytes: [UInt8], escapes: [UInt8]), _ count: Int) -> [UInt8]? {
    let bytes = packed.bytes + [UInt8](repeating: 0, count: slack)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: packed.escapes.count + slack)
    memory.initialize(repeating: 0, count: packed.escapes.count + slack)
    memory.update(from: packed.escapes, count: packed.escapes.count)
    defer { memory.deallocate() }
    var place: UnsafePointer<UInt8>? = UnsafePointer<UInt8>(memory)
    let end: UnsafePointer<UInt8> = UnsafePointer(memory + packed.escapes.count)
    var residuals = [UInt8](repeating: 0, count: count + slack)
    guard sluice_shard_unpack(bytes, count, &residuals, &place, end) == 0, place == end else { return nil }
    return Array(residuals.prefix(count))
  }
}
