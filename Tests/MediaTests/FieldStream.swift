/// An H.264 elementary stream whose frames are coded as two fields each, as interlaced broadcasts are.
///
/// No encoder at hand makes one. Samples are stored as they are (I_PCM).
struct FieldStream {
  let width = 64
  let height = 64
  private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - count: frames.
  ///   - frameCoded: places of frames that are coded whole.
  init(count: Int, frameCoded: Set<Int> = []) {
    append(0x67, FieldStream.sequence(width, height))
    append(0x68, FieldStream.picture())
    for frame in 0..<count {
      if frameCoded.contains(frame) {
        append(frame == 0 ? 0x65 : 0x61, slice(frame, isBottom: nil))
      } else {
        append(frame == 0 ? 0x65 : 0x61, slice(frame, isBottom: false))
        append(0x61, slice(frame, isBottom: true))
      }
    }
  }

  /// Luma, Cb and Cr of a frame, as large as `VideoFrame.packed()` of it.
  func samples(_ frame: Int) -> [UInt8] {
    (0..<height).flatMap { y in (0..<width).map { luma(frame, $0, y) } }
      + [0, 1].flatMap { plane in [UInt8](repeating: chroma(frame, plane), count: width * height / 4) }
  }

  private func luma(_ frame: Int, _ x: Int, _ y: Int) -> UInt8 { UInt8(20 + (frame * 37 + x * 3 + y * 5) % 200) }
  private func chroma(_ frame: Int, _ plane: Int) -> UInt8 { UInt8(90 + (frame * 11 + plane * 40) % 80) }

  private mutating func append(_ header: UInt8, _ bits: Bits) {
    bytes += [0, 0, 0, 1, header]
    var zeros = 0
    for byte in bits.bytes {
      if zeros == 2, byte <= 3 { (bytes, zeros) = (bytes + [3], 0) }
      bytes.append(byte)
      zeros = byte == 0 ? zeros + 1 : 0
    }
  }

  private static func sequence(_ width: Int, _ height: Int) -> Bits {
    var bits = Bits()
    bits.write(77, 8)  // Main profile
    bits.write(0, 8)
    bits.write(30, 8)
    // Set 0; frame numbers of 4 bits; order counts of 8; one reference.
    for value in [0, 0, 0, 4, 1] { bits.write(exponential: value) }
    bits.write(0, 1)
    bits.write(exponential: width / 16 - 1)
    bits.write(exponential: height / 32 - 1)
    // Pictures may be fields; macroblocks of frames may not; 8x8 inference; no cropping, no usability information.
    bits.write(0b00100, 5)
    bits.end()
    return bits
  }

  private static func picture() -> Bits {
    var bits = Bits()
    for value in [0, 0] { bits.write(exponential: value) }
    bits.write(0, 2)
    for value in [0, 0, 0] { bits.write(exponential: value) }
    bits.write(0, 3)
    for value in [0, 0, 0] { bits.write(exponential: value) }
    bits.write(0b100, 3)  // slices say how they are deblocked
    bits.end()
    return bits
  }

  private func slice(_ frame: Int, isBottom: Bool?) -> Bits {
    var bits = Bits()
    let isInstant = frame == 0 && isBottom != true
    for value in [0, 7, 0] { bits.write(exponential: value) }
    bits.write(frame % 16, 4)
    bits.write(isBottom == nil ? 0 : 1, 1)
    if let isBottom { bits.write(isBottom ? 1 : 0, 1) }
    if isInstant { bits.write(exponential: 0) }
    bits.write((2 * frame + (isBottom == true ? 1 : 0)) % 256, 8)
    bits.write(0, isInstant ? 2 : 1)
    bits.write(exponential: 0)
    bits.write(exponential: 1)  // not deblocked
    let (step, first) = (isBottom == nil ? 1 : 2, isBottom == true ? 1 : 0)
    for block in 0..<(width / 16) * (height / 16 / step) {
      let (left, top) = (block % (width / 16) * 16, block / (width / 16) * 16)
      bits.write(exponential: 25)  // I_PCM
      bits.align()
      for y in 0..<16 { for x in 0..<16 { bits.write(Int(luma(frame, left + x, (top + y) * step + first)), 8) } }
      for plane in 0..<2 { for _ in 0..<64 { bits.write(Int(chroma(frame, plane)), 8) } }
    }
    bits.end()
    return bits
  }

  private struct Bits {
    private(set) var bytes: [UInt8] = []
    private var free = 0

    mutating func write(_ value: Int, _ count: Int) {
      for place in (0..<count).reversed() {
        if free == 0 {
          bytes.append(0)
          free = 8
        }
        free -= 1
        bytes[bytes.count - 1] |= UInt8(value >> place & 1) << UInt8(free)
      }
    }

    mutating func write(exponential value: Int) {
      let length = Int.bitWidth - (value + 1).leadingZeroBitCount
      write(0, length - 1)
      write(value + 1, length)
    }

    mutating func align() { free = 0 }

    mutating func end() {
      write(1, 1)
      free = 0
    }
  }
}
