/// What an HEVC sequence parameter set says of slice headers and of the order of frames.
struct HEVCSequence: Sendable, Equatable {
  let hasColorPlanes: Bool
  let orderBits: Int

  /// Reads a parameter set (H.265, 7.3.2.2.1).
  ///
  /// - Parameter unit: the NAL unit, its two header bytes first.
  /// - Returns: the number of the set and its content, or `nil` if it cannot be read.
  static func read(_ unit: Span<UInt8>) -> (id: Int, sequence: HEVCSequence)? {
    var bits = PayloadBits(unit, from: 2)
    bits.skip(4)
    let layers = bits.read(3)
    bits.skip(1)
    skipProfile(&bits, layers: layers)
    let id = bits.exponential()
    var hasColorPlanes = false
    if bits.exponential() == 3 { hasColorPlanes = bits.flag() }
    _ = (bits.exponential(), bits.exponential())  // width and height
    if bits.flag() { for _ in 0..<4 { _ = bits.exponential() } }
    _ = (bits.exponential(), bits.exponential())  // bit depths
    let orderBits = bits.exponential() + 4
    guard bits.isInside, orderBits <= 16 else { return nil }
    return (id, HEVCSequence(hasColorPlanes: hasColorPlanes, orderBits: orderBits))
  }

  // profile_tier_level (7.3.3): the general profile and level, then those of the lower temporal layers.
  private static func skipProfile(_ bits: inout PayloadBits, layers: Int) {
    bits.skip(96)
    guard layers > 0 else { return }
    let present = (0..<layers).map { _ in (profile: bits.flag(), level: bits.flag()) }
    bits.skip(2 * (8 - layers))
    for layer in present { bits.skip((layer.profile ? 88 : 0) + (layer.level ? 8 : 0)) }
  }
}

/// What an HEVC picture parameter set says of slice headers (7.3.2.3.1).
struct HEVCPictureSet: Sendable, Equatable {
  let sequence: Int
  let saysOutput: Bool
  let extraBits: Int

  static func read(_ unit: Span<UInt8>) -> (id: Int, set: HEVCPictureSet)? {
    var bits = PayloadBits(unit, from: 2, atMost: 16)
    let (id, sequence) = (bits.exponential(), bits.exponential())
    bits.skip(1)
    let set = HEVCPictureSet(sequence: sequence, saysOutput: bits.flag(), extraBits: bits.read(3))
    return bits.isInside ? (id, set) : nil
  }
}

/// The beginning of the first slice segment's header of an HEVC frame (7.3.6.1).
struct HEVCSlice: Sendable {
  /// `nal_unit_type`.
  let type: UInt8
  /// `TemporalId`.
  let layer: UInt8
  /// Frames that wait to be shown are dropped.
  let dropsEarlier: Bool
  let isShown: Bool
  /// `slice_pic_order_cnt_lsb`, 0 for an instant refresh.
  let orderCount: Int
  let orderBits: Int

  /// Where decoding may begin: IDR, BLA and CRA.
  var isStart: Bool { (16...21).contains(type) }
  var isInstant: Bool { type == 19 || type == 20 }
  /// Follows a random access point, is shown before it and refers to what precedes it.
  var isSkippedLeading: Bool { type == 8 || type == 9 }
  /// No frame of the same temporal layer refers to it (table 7-1).
  var isUnreferenced: Bool { type < 16 && type % 2 == 0 }
  /// Later counts are relative to it (8.3.1).
  var countsForOthers: Bool { layer == 0 && !(6...9).contains(type) && !isUnreferenced }

  init?(_ unit: Span<UInt8>, sets: [Int: HEVCPictureSet], sequences: [Int: HEVCSequence]) {
    type = (unit[0] >> 1) & 63
    layer = max(1, unit[1] & 7) - 1
    var bits = PayloadBits(unit, from: 2, atMost: 32)
    bits.skip(1)
    dropsEarlier = (16...23).contains(type) ? bits.flag() : false
    guard let set = sets[bits.exponential()], let sequence = sequences[set.sequence] else { return nil }
    bits.skip(set.extraBits)
    _ = bits.exponential()  // slice_type
    isShown = set.saysOutput ? bits.flag() : true
    if sequence.hasColorPlanes { bits.skip(2) }
    orderBits = sequence.orderBits
    orderCount = type == 19 || type == 20 ? 0 : bits.read(orderBits)
  }
}
