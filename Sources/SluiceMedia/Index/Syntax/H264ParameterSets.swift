/// What an H.264 sequence parameter set says of slice headers and of the order of frames.
struct H264Sequence: Sendable, Equatable {
  let frameNumberBits: Int
  /// `pic_order_cnt_type`.
  let orderKind: Int
  let orderBits: Int
  let hasColorPlanes: Bool
  /// Whether no frame is coded as two fields.
  let hasFramesOnly: Bool

  /// Reads a parameter set (H.264, 7.3.2.1.1).
  ///
  /// - Parameter unit: the NAL unit, its header first.
  /// - Returns: the number of the set and its content, or `nil` if it cannot be read.
  static func read(_ unit: Span<UInt8>) -> (id: Int, sequence: H264Sequence)? {
    guard unit.count > 4 else { return nil }
    var bits = PayloadBits(unit, from: 4)
    let id = bits.exponential()
    guard let sequence = H264Sequence(profile: unit[1], &bits) else { return nil }
    return (id, sequence)
  }

  private init?(profile: UInt8, _ bits: inout PayloadBits) {
    var hasColorPlanes = false
    if [100, 110, 122, 244, 44, 83, 86, 118, 128, 134, 135, 138, 139].contains(profile) {
      let chroma = bits.exponential()
      if chroma == 3 { hasColorPlanes = bits.flag() }
      _ = (bits.exponential(), bits.exponential())  // bit depths
      bits.skip(1)
      if bits.flag() {
        for list in 0..<(chroma == 3 ? 12 : 8) where bits.flag() {
          H264Sequence.skipScaling(&bits, count: list < 6 ? 16 : 64)
        }
      }
    }
    frameNumberBits = bits.exponential() + 4
    orderKind = bits.exponential()
    var orderBits = 0
    if orderKind == 0 {
      orderBits = bits.exponential() + 4
    } else if orderKind == 1 {
      bits.skip(1)
      _ = (bits.exponential(), bits.exponential())
      for _ in 0..<min(bits.exponential(), 255) { _ = bits.exponential() }
    }
    _ = bits.exponential()  // max_num_ref_frames
    bits.skip(1)
    _ = (bits.exponential(), bits.exponential())  // width and height
    hasFramesOnly = bits.flag()
    self.orderBits = orderBits
    self.hasColorPlanes = hasColorPlanes
    guard bits.isInside, (4...16).contains(frameNumberBits), orderKind < 3, orderBits <= 16 else { return nil }
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
}

/// The beginning of an H.264 slice's header (7.3.3).
struct H264Slice: Sendable {
  /// `frame_num`, the same for both fields of a frame.
  let frameNumber: Int
  /// Top or bottom, `nil` if the slice is of a whole frame.
  let isBottomField: Bool?
  /// `pic_order_cnt_lsb`, 0 where there is none.
  let orderCount: Int

  /// - Parameter sequence: gives the sequence parameter set that goes with the number of a picture parameter set.
  init?(_ unit: Span<UInt8>, _ sequence: (Int) -> H264Sequence?) {
    var bits = PayloadBits(unit, from: 1, atMost: 32)
    _ = (bits.exponential(), bits.exponential())  // first_mb_in_slice, slice_type
    guard let sequence = sequence(bits.exponential()) else { return nil }
    if sequence.hasColorPlanes { bits.skip(2) }
    frameNumber = bits.read(sequence.frameNumberBits)
    isBottomField = !sequence.hasFramesOnly && bits.flag() ? bits.flag() : nil
    if unit[0] & 31 == 5 { _ = bits.exponential() }
    orderCount = sequence.orderKind == 0 ? bits.read(sequence.orderBits) : 0
  }

  /// Whether both are one frame, of which this is the second field.
  func completes(_ first: H264Slice) -> Bool {
    guard let isBottomField, let other = first.isBottomField else { return false }
    return frameNumber == first.frameNumber && isBottomField != other
  }

  /// Whether the slice refers to no other frame.
  static func isIntra(_ unit: Span<UInt8>) -> Bool {
    var bits = BitReader(unit, from: 1)
    _ = bits.exponential()
    return [2, 4].contains(bits.exponential() % 5)
  }
}
