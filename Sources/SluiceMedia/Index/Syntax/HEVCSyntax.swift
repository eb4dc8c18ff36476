/// HEVC: where decoding may begin, and the order counts of frames.
struct HEVCSyntax: StreamSyntax {
  private(set) var history = HeaderHistory()
  let order = CodecOrder.counts
  private var firstDoubt: String?
  private var lengthSize = 0
  private var sequences: [Int: HEVCSequence] = [:]
  private var sets: [Int: HEVCPictureSet] = [:]
  /// The temporal layer of each packet, and the highest: only frames of that one can be left out.
  private var layers: [UInt8] = []
  private var highestLayer: UInt8 = 0
  private var count = OrderCount()
  private var hasFrame = false
  private var spacing = CountSpacing()

  var doubt: String? { firstDoubt ?? (spacing.isEven ? nil : "frames are missing between two packets") }

  private mutating func distrust(_ reason: String) {
    if firstDoubt == nil { firstDoubt = reason }
  }

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) {
    // As FFmpeg distinguishes hvcC from start codes.
    guard bytes.count > 22, bytes[0] != 0 || bytes[1] != 0 || bytes[2] > 1 else {
      lengthSize = 0
      NALUnits.forEach(bytes, lengthSize: 0) { unit in
        readSet(unit, in: packet)
        return true
      }
      return
    }
    // hvcC: 21 bytes, the length size, then arrays of sets behind 16-bit lengths (ISO/IEC 14496-15, 8.3.3.1).
    lengthSize = Int(bytes[21] & 3) + 1
    var offset = 23
    for _ in 0..<bytes[22] {
      guard offset + 3 <= bytes.count else { return }
      let count = Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2])
      guard let end = NALUnits.forEachSet(count, in: bytes, from: offset + 3, { readSet($0, in: packet) }) else {
        return
      }
      offset = end
    }
  }

  private mutating func readSet(_ unit: Span<UInt8>, in packet: Int) {
    guard unit.count > 2, unit[0] & 1 == 0, unit[1] & 0xF8 == 0 else { return }
    switch (unit[0] >> 1) & 63 {
    case 32:
      history.read(HeaderHistory.Key(kind: 32, id: Int(unit[2] >> 4)), unit, in: packet)
    case 33:
      guard let (id, sequence) = HEVCSequence.read(unit) else { return distrust("a parameter set cannot be read") }
      if history.read(HeaderHistory.Key(kind: 33, id: id), unit, in: packet) {
        distrust("the stream's parameters change")
      }
      sequences[id] = sequence
    case 34:
      guard let (id, set) = HEVCPictureSet.read(unit) else { return distrust("a parameter set cannot be read") }
      history.read(HeaderHistory.Key(kind: 34, id: id), unit, in: packet)
      sets[id] = set
    default: break
    }
  }

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    var slice: HEVCSlice?
    var hasSlice = false
    var hasOtherFrame = false
    let isWhole = NALUnits.forEach(bytes, lengthSize: lengthSize) { unit in
      // Other layers of a multi-layer stream are not decoded.
      guard unit.count > 2, unit[0] & 1 == 0, unit[1] & 0xF8 == 0 else { return true }
      switch (unit[0] >> 1) & 63 {
      case 0..<32:
        let beginsFrame = unit[2] & 0x80 != 0
        if hasSlice {
          if beginsFrame { hasOtherFrame = true }
        } else {
          hasSlice = true
          if beginsFrame { slice = HEVCSlice(unit, sets: sets, sequences: sequences) }
        }
        // Behind start codes the units would have to be searched for; parsers have divided such streams into frames.
        return lengthSize > 0
      case 32...34: readSet(unit, in: number)
      case 36, 37: distrust("a sequence ends inside the stream")
      default: break
      }
      return true
    }
    layers.append(slice?.layer ?? 0)
    if !isWhole { distrust("a packet is damaged") }
    guard hasSlice else { return PacketFacts(traits: isWhole ? .hidden : [], order: 0) }
    guard let slice else {
      distrust("a slice's parameter sets are missing")
      return PacketFacts(traits: [], order: 0)
    }
    if hasOtherFrame { distrust("a packet has several frames") }
    return facts(of: slice, number: number)
  }

  private mutating func facts(of slice: HEVCSlice, number: Int) -> PacketFacts {
    if !slice.isShown || slice.dropsEarlier && hasFrame { distrust("frames are decoded that are not shown") }
    if slice.isSkippedLeading, count.refreshes == 0 { distrust("the stream begins within a group of frames") }
    let beginsAnew = slice.isInstant || (16...18).contains(slice.type) || !hasFrame && slice.isStart
    if beginsAnew {
      if !slice.isInstant { distrust("the stream begins within a group of frames") }
      count.refresh()
    }
    hasFrame = true
    // What begins anew counts from 0, however far its own count is from that.
    let position = beginsAnew ? slice.orderCount : count.position(of: slice.orderCount, bits: slice.orderBits)
    if slice.countsForOthers { count.refer(to: position, low: slice.orderCount) }
    spacing.add(position, refresh: count.refreshes)
    highestLayer = max(highestLayer, slice.layer)
    var traits: PacketEntry.Traits = slice.isStart ? history.start(number) : []
    if slice.isUnreferenced { traits.insert(.unreferenced) }
    return PacketFacts(traits: traits, order: count.key(of: position))
  }

  /// Withdraws the mark from frames that a higher temporal layer may refer to.
  func settled(_ traits: PacketEntry.Traits, of number: Int) -> PacketEntry.Traits {
    layers[number] < highestLayer ? traits.subtracting(.unreferenced) : traits
  }
}

/// Whether the order counts between two instant refreshes are evenly spaced, as those of every whole stream are: where
/// some are left out, what a decoder makes of the frames that refer to them is its own affair.
private struct CountSpacing {
  private var refresh: Int64 = -1
  private var counts: [Int] = []
  private var isEvenSoFar = true

  mutating func add(_ count: Int, refresh: Int64) {
    if refresh != self.refresh {
      isEvenSoFar = isEven
      self.refresh = refresh
      counts.removeAll(keepingCapacity: true)
    }
    counts.append(count)
  }

  var isEven: Bool {
    let sorted = counts.sorted()
    guard isEvenSoFar, sorted.count > 1 else { return isEvenSoFar }
    let step = sorted[1] - sorted[0]
    return step > 0 && zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 == step }
  }
}
