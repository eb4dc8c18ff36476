/// MPEG-1 and MPEG-2 video: kinds of frames, which say the order of display.
struct MPEG12Syntax: StreamSyntax {
  private(set) var history = HeaderHistory()
  let order = CodecOrder.kinds
  private(set) var doubt: String?
  private var anchors = AnchorOrder()
  private var hasEnded = false

  private mutating func distrust(_ reason: String) {
    if doubt == nil { doubt = reason }
  }

  private struct Coded {
    var kinds: [Int] = []
    var fields = 0
  }

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) { _ = readUnits(bytes, in: packet) }

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    let coded = readUnits(bytes, in: number)
    guard let kind = coded.kinds.first else { return PacketFacts(traits: .hidden, order: 0) }
    // A frame may be two fields, and these must share a packet.
    if coded.kinds.count - coded.fields + (coded.fields + 1) / 2 > 1 || coded.fields % 2 == 1 {
      distrust("a packet holds other than one frame")
    }
    let isIntra = kind == 1
    if !isIntra, anchors.count == 0 { distrust("the stream begins within a group of frames") }
    guard (1...3).contains(kind), let order = anchors.order(isBidirectional: kind == 3) else {
      distrust("the stream begins within a group of frames")
      return PacketFacts(traits: [], order: 0)
    }
    var traits: PacketEntry.Traits = []
    if isIntra { traits = history.start(number) }
    if kind == 3 { traits.insert(.unreferenced) }
    return PacketFacts(traits: traits, order: order)
  }

  /// The pictures in a packet; notes headers on the way.
  private mutating func readUnits(_ bytes: Span<UInt8>, in packet: Int) -> Coded {
    var coded = Coded()
    NALUnits.forEach(bytes, lengthSize: 0) { unit in
      switch unit[0] {
      case 0x00 where unit.count > 2:
        if hasEnded { distrust("a sequence ends inside the stream") }
        coded.kinds.append(Int(unit[2] >> 3 & 7))
      case 0x01...0xAF:
        return false  // slices follow until the next packet, or until the second field
          || coded.fields == 1
      case 0xB3:
        if history.read(HeaderHistory.Key(kind: 0xB3), unit, in: packet) { distrust("the stream's parameters change") }
      case 0xB5 where unit.count > 1: readExtension(unit, in: packet, &coded)
      case 0xB7: hasEnded = true
      default: break
      }
      return true
    }
    return coded
  }

  private mutating func readExtension(_ unit: Span<UInt8>, in packet: Int, _ coded: inout Coded) {
    switch unit[1] >> 4 {
    case 1:
      if history.read(HeaderHistory.Key(kind: 0xB5, id: 1), unit, in: packet) {
        distrust("the stream's parameters change")
      }
    case 3: history.read(HeaderHistory.Key(kind: 0xB5, id: 3), unit, in: packet)
    // picture_structure: 3 is a frame, else a field (ISO/IEC 13818-2, 6.3.10).
    case 8 where unit.count > 3: if unit[3] & 3 != 3 { coded.fields += 1 }
    default: break
    }
  }
}
