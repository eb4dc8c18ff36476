/// H.264: where decoding may begin, and the order counts of frames.
struct H264Syntax: StreamSyntax {
  private(set) var history = HeaderHistory()
  let order = CodecOrder.counts
  private(set) var doubt: String?
  /// Whether frames were met whose two fields are in two packets.
  private(set) var hasSplitFrames = false
  /// Bytes of the length in front of a NAL unit, 0 for start codes.
  private var lengthSize = 0
  private var sequences: [Int: H264Sequence] = [:]
  /// The sequence parameter set that each picture parameter set names.
  private var sequenceOfSet: [Int: Int] = [:]
  /// The last packet's field, if it is only one.
  private var openField: H264Slice?
  private var counter = OrderCounter()

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) {
    guard bytes.count > 6, bytes[0] == 1 else {
      lengthSize = 0
      NALUnits.forEach(bytes, lengthSize: 0) { unit in
        readSet(unit, in: packet)
        return true
      }
      return
    }
    // avcC: version, profile, levels, length size, then the sets behind 16-bit lengths (ISO/IEC 14496-15, 5.3.3).
    lengthSize = Int(bytes[4] & 3) + 1
    var offset = 5
    for mask: UInt8 in [31, 255] {
      guard offset < bytes.count else { return }
      let count = Int(bytes[offset] & mask)
      guard let end = NALUnits.forEachSet(count, in: bytes, from: offset + 1, { readSet($0, in: packet) }) else {
        return
      }
      offset = end
    }
  }

  private mutating func readSet(_ unit: Span<UInt8>, in packet: Int) {
    let type = unit[0] & 31
    if type == 7 {
      guard let (id, sequence) = H264Sequence.read(unit) else { return distrust("a parameter set cannot be read") }
      if history.read(HeaderHistory.Key(kind: 7, id: id), unit, in: packet) {
        distrust("the stream's parameters change")
      }
      sequences[id] = sequence
    } else if type == 8 {
      var bits = PayloadBits(unit, from: 1, atMost: 16)
      let (id, sequence) = (bits.exponential(), bits.exponential())
      history.read(HeaderHistory.Key(kind: 8, id: id), unit, in: packet)
      sequenceOfSet[id] = sequence
    }
  }

  private mutating func distrust(_ reason: String) {
    if doubt == nil { doubt = reason }
  }

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    var access = AccessUnit()
    let isWhole = NALUnits.forEach(bytes, lengthSize: lengthSize) { unit in
      switch unit[0] & 31 {
      case 1, 2, 5: return add(unit, to: &access, isKey: isKey)
      case 6: if H264Syntax.recoveryFrames(unit) == 0 { access.recovers = true }
      case 7, 8: readSet(unit, in: number)
      default: break
      }
      return true
    }
    if !isWhole { distrust("a packet is damaged") }
    guard access.hasSlice else { return PacketFacts(traits: isWhole ? .hidden : [], order: 0) }
    guard let slice = access.first else {
      distrust("a slice's parameter sets are missing")
      openField = nil
      return PacketFacts(traits: [], order: 0)
    }
    let isLoneField = slice.isBottomField != nil && !access.isPair
    if isLoneField, let open = openField, slice.completes(open) {
      // The other half of a frame that the packet before began.
      hasSplitFrames = true
      openField = nil
      return PacketFacts(traits: .hidden, order: 0)
    }
    openField = isLoneField ? slice : nil
    if access.hasOtherFrame { distrust("a packet has several frames") }
    let order = counter.order(slice, access, number: number)
    if counter.hasGap { distrust("frames are missing between two packets") }
    // Counts that follow from tables in the headers: no encoder in use writes them.
    if access.orderKind == 1 { distrust("frames are not counted one by one") }
    var traits: PacketEntry.Traits = []
    // An instant refresh, or a recovery point that is reached with its own frame.
    if access.isInstant || access.recovers && access.isIntra { traits = history.start(number) }
    // A field alone stays: its frame's other one may be referred to.
    if !access.isReferenced, !isLoneField { traits.insert(.unreferenced) }
    return PacketFacts(traits: traits, order: order)
  }

  /// What the slices of a packet say together.
  struct AccessUnit {
    var first: H264Slice?
    var hasSlice = false
    var isInstant = false
    var isReferenced = false
    var isIntra = true
    var recovers = false
    /// Both fields of the frame are there.
    var isPair = false
    /// Slices of a second frame are there.
    var hasOtherFrame = false
    var orderKind = 0
    var orderBits = 0
    var frameNumberBits = 4
  }

  /// - Returns: whether the packet's next unit has to be looked at.
  private mutating func add(_ unit: Span<UInt8>, to access: inout AccessUnit, isKey: Bool) -> Bool {
    let beginsFrame = unit.count > 1 && unit[1] & 0x80 != 0  // first_mb_in_slice is 0
    access.isReferenced = access.isReferenced || unit[0] & 0x60 != 0
    if access.isIntra, access.recovers || !access.hasSlice { access.isIntra = H264Slice.isIntra(unit) }
    if !access.hasSlice {
      access.hasSlice = true
      access.isInstant = unit[0] & 31 == 5
      var active: H264Sequence?
      access.first = H264Slice(unit) { id in
        active = sequenceOfSet[id].flatMap { sequences[$0] }
        return active
      }
      if let active {
        (access.orderKind, access.orderBits) = (active.orderKind, active.orderBits)
        access.frameNumberBits = active.frameNumberBits
      }
    } else if beginsFrame, let first = access.first {
      let second = H264Slice(unit) { sequenceOfSet[$0].flatMap { sequences[$0] } }
      if let second, second.completes(first), !access.isPair {
        access.isPair = true
      } else {
        access.hasOtherFrame = true
      }
    }
    // Behind start codes the units would have to be searched for; parsers have divided such streams into frames.
    return lengthSize > 0 || access.first?.isBottomField != nil || access.isIntra && access.recovers
  }

  /// `recovery_frame_cnt` of a recovery point message (H.264, D.1.8), or `nil` if there is none.
  private static func recoveryFrames(_ unit: Span<UInt8>) -> Int? {
    var offset = 1
    func number() -> Int? {
      var value = 0
      while offset < unit.count, unit[offset] == 255 { (value, offset) = (value + 255, offset + 1) }
      guard offset < unit.count else { return nil }
      offset += 1
      return value + Int(unit[offset - 1])
    }
    while offset + 2 < unit.count {
      guard let type = number(), let size = number() else { return nil }
      if type == 6 {
        var bits = BitReader(unit, from: offset)
        return bits.exponential()
      }
      offset += size
    }
    return nil
  }
}

/// Counts frames as H.264 does (8.2.1), and notices where some are missing.
private struct OrderCounter {
  /// The last frame did not follow the one before.
  private(set) var hasGap = false
  private var count = OrderCount()
  private var lastReference: Int?

  mutating func order(_ slice: H264Slice, _ access: H264Syntax.AccessUnit, number: Int) -> Int64 {
    hasGap = false
    if access.isInstant {
      count.refresh()
    } else if let lastReference {
      let next = (lastReference + 1) % (1 << access.frameNumberBits)
      hasGap =
        slice.frameNumber != next && (slice.isBottomField == nil || slice.frameNumber != lastReference)
    }
    if access.isReferenced || access.isInstant { lastReference = slice.frameNumber }
    var position = number
    switch access.orderKind {
    case 0:
      position = count.position(of: slice.orderCount, bits: access.orderBits)
      if access.isReferenced { count.refer(to: position, low: slice.orderCount) }
    default:
      break
    }
    return count.key(of: position)
  }
}
