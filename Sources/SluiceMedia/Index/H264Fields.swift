/// What an H.264 sequence parameter set says of pictures that are coded as fields: a frame may then be two pictures, which
/// some containers keep in two packets.
struct H264Fields: Sendable {
  private let numberBits: Int
  private let hasColorPlanes: Bool

  /// One field.
  struct Picture: Sendable, Equatable {
    /// `frame_num`, the same for both fields of a frame.
    let number: Int
    let isBottom: Bool

    /// Whether both are one frame.
    func completes(_ first: Picture) -> Bool { number == first.number && isBottom != first.isBottom }
  }

  /// Reads a parameter set (H.264, 7.3.2.1.1).
  ///
  /// - Parameter unit: the NAL unit, its header first.
  /// - Returns: `nil` if all pictures are frames, or it cannot be read.
  init?(parameters unit: Span<UInt8>) {
    guard unit.count > 4 else { return nil }
    let profile = unit[1]
    var bits = PayloadBits(unit, from: 4)
    _ = bits.exponential()  // seq_parameter_set_id
    var hasColorPlanes = false
    if [100, 110, 122, 244, 44, 83, 86, 118, 128, 134, 135, 138, 139].contains(profile) {
      let chroma = bits.exponential()
      if chroma == 3 { hasColorPlanes = bits.read(1) == 1 }
      _ = (bits.exponential(), bits.exponential())  // bit depths
      _ = bits.read(1)
      if bits.read(1) == 1 {
        for list in 0..<(chroma == 3 ? 12 : 8) where bits.read(1) == 1 {
          H264Fields.skipScaling(&bits, count: list < 6 ? 16 : 64)
        }
      }
    }
    numberBits = bits.exponential() + 4
    let orderKind = bits.exponential()
    if orderKind == 0 {
      _ = bits.exponential()
    } else if orderKind == 1 {
      _ = bits.read(1)
      _ = (bits.exponential(), bits.exponential())
      for _ in 0..<min(bits.exponential(), 255) { _ = bits.exponential() }
    }
    _ = bits.exponential()  // max_num_ref_frames
    _ = bits.read(1)
    _ = (bits.exponential(), bits.exponential())  // width and height
    guard bits.read(1) == 0, bits.isInside, (4...16).contains(numberBits) else { return nil }
    self.hasColorPlanes = hasColorPlanes
  }

  private static func skipScaling(_ bits: inout PayloadBits, count: Int) {
    var (last, next) = (8, 8)
    for _ in 0..<count {
      if next != 0 {
        let code = bits.exponential()
        next = (last + (code % 2 == 1 ? (code + 1) / 2 : -code / 2) + 256) % 256
      }
      if next != 0 { last = next }
    }
  }

  /// The field that a slice begins, or `nil` if it goes on with one, or is of a frame (7.3.3).
  func picture(slice unit: Span<UInt8>) -> Picture? {
    var bits = PayloadBits(unit, from: 1, atMost: 24)
    guard bits.exponential() == 0 else { return nil }
    _ = (bits.exponential(), bits.exponential())  // slice_type, pic_parameter_set_id
    if hasColorPlanes, bits.read(2) != 0 { return nil }
    let number = bits.read(numberBits)
    guard bits.read(1) == 1 else { return nil }
    return Picture(number: number, isBottom: bits.read(1) == 1)
  }
}

/// The bits of a NAL unit, most significant first, without the bytes that prevent start codes; zeros past the end.
private struct PayloadBits {
  private var bytes: [UInt8] = []
  private var offset = 0

  /// - Parameter most: bytes that are looked at.
  init(_ unit: Span<UInt8>, from first: Int, atMost most: Int = 1024) {
    var zeros = 0
    for index in min(first, unit.count)..<min(unit.count, first + most) {
      let isGuard = zeros >= 2 && unit[index] == 3
      zeros = unit[index] == 0 ? zeros + 1 : 0
      if !isGuard { bytes.append(unit[index]) }
    }
  }

  /// Whether nothing past the end was asked for.
  var isInside: Bool { offset <= 8 * bytes.count }

  mutating func read(_ count: Int) -> Int {
    var value = 0
    for _ in 0..<count {
      value = value << 1 | (offset < 8 * bytes.count ? Int(bytes[offset / 8] >> UInt8(7 - offset % 8) & 1) : 0)
      offset += 1
    }
    return value
  }

  /// An unsigned Exp-Golomb number, at most 2^16 - 2.
  mutating func exponential() -> Int {
    var zeros = 0
    while zeros < 16, read(1) == 0 { zeros += 1 }
    return zeros == 16 ? 65534 : (1 << zeros) - 1 + read(zeros)
  }
}
