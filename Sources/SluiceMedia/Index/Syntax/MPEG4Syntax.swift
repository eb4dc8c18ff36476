/// MPEG-4 Part 2: kinds of frames, which say the order of display, and DivX's packed bitstream.
///
/// AVI states no presentation times. A frame that refers to two others is shown at once, any other when the next such one
/// comes (ISO/IEC 14496-2, 6.1.3). A packed bitstream puts two frames into one packet; the second is decoded with the next
/// packet, and the last of a series of these holds no frame of its own.
struct MPEG4Syntax: StreamSyntax {
  private(set) var history = HeaderHistory()
  let order = CodecOrder.kinds
  private var firstDoubt: String?
  private var timeBits: Int?
  private var isPacked = false
  /// A frame waits for the next packet.
  private var isWaiting = false
  private var anchors = AnchorOrder()

  var doubt: String? { firstDoubt ?? (isWaiting ? "a frame is not decoded at the end" : nil) }

  private mutating func distrust(_ reason: String) {
    if firstDoubt == nil { firstDoubt = reason }
  }

  private enum Kind: Int {
    case intra, predicted, bidirectional, sprite
  }

  private struct Frame {
    let kind: Kind
    let isCoded: Bool
  }

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) { _ = readUnits(bytes, in: packet) }

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    let frames = readUnits(bytes, in: number)
    let coded = frames.filter(\.isCoded)
    if coded.contains(where: { $0.kind == .sprite }) { distrust("frames are predicted by global motion") }
    guard isWaiting || coded.count > 1 else {
      guard let frame = coded.first else { return PacketFacts(traits: .hidden, order: 0) }
      return facts(of: frame.kind, number: number, mayStart: frames[0].isCoded)
    }
    return packed(frames, coded, number: number)
  }

  /// A packet of a packed bitstream: the frame that waits is decoded with it, and its own last one waits.
  private mutating func packed(_ frames: [Frame], _ coded: [Frame], number: Int) -> PacketFacts {
    let own = coded.first
    if !isPacked || frames.count > 2 { distrust("a packet has several frames") }
    if isWaiting {
      // Its own frame, if there is one, takes the place of the one that waited, which must be of the same kind.
      if frames.count > 1 || own != nil && own?.kind != .bidirectional {
        distrust("a packed bitstream is cut or joined")
      }
      isWaiting = own != nil
      return facts(of: .bidirectional, number: number, mayStart: false, isSharing: true)
    }
    if coded.count != 2 || coded[1].kind != .bidirectional { distrust("a packed bitstream is cut or joined") }
    isWaiting = true
    return facts(of: own?.kind ?? .predicted, number: number, mayStart: true, isSharing: true)
  }

  /// - Parameter isSharing: whether a frame is decoded with another packet than the one it is in.
  private mutating func facts(
    of kind: Kind, number: Int, mayStart: Bool, isSharing: Bool = false
  ) -> PacketFacts {
    guard let order = anchors.order(isBidirectional: kind == .bidirectional) else {
      distrust("the stream begins within a group of frames")
      return PacketFacts(traits: [], order: 0)
    }
    var traits: PacketEntry.Traits = []
    if kind == .intra, mayStart { traits = history.start(number) }
    if kind == .bidirectional, !isSharing { traits.insert(.unreferenced) }
    if anchors.count == 1, kind != .intra { distrust("the stream begins within a group of frames") }
    return PacketFacts(traits: traits, order: order)
  }

  // MARK: Syntax

  /// The frames in a packet; notes headers on the way.
  private mutating func readUnits(_ bytes: Span<UInt8>, in packet: Int) -> [Frame] {
    var frames: [Frame] = []
    NALUnits.forEach(bytes, lengthSize: 0) { unit in
      switch unit[0] {
      case 0x20...0x2F:
        timeBits = MPEG4Syntax.timeBits(unit) ?? timeBits
        if history.read(HeaderHistory.Key(kind: 0x20), unit, in: packet) { distrust("the stream's parameters change") }
      case 0xB0, 0xB5: history.read(HeaderHistory.Key(kind: unit[0]), unit, in: packet)
      case 0xB2:
        if MPEG4Syntax.saysPacked(unit) { isPacked = true }
        history.read(HeaderHistory.Key(kind: 0xB2), unit, in: packet)
      case 0xB6: frames.append(frame(unit))
      default: break
      }
      return true
    }
    return frames
  }

  private mutating func frame(_ unit: Span<UInt8>) -> Frame {
    if timeBits == nil { distrust("the stream's headers are missing") }
    var bits = BitReader(unit, from: 1)
    let kind = Kind(rawValue: bits.read(2)) ?? .intra
    while bits.read(1) == 1 {}  // modulo_time_base; ends with the zeros past the end at the latest
    _ = bits.read(1 + (timeBits ?? 1) + 1)
    return Frame(kind: kind, isCoded: bits.read(1) == 1)
  }

  /// Bits of `vop_time_increment`, from a video object layer's header (6.2.3); `nil` for other than rectangular shapes.
  private static func timeBits(_ unit: Span<UInt8>) -> Int? {
    var bits = BitReader(unit, from: 1)
    _ = bits.read(9)
    if bits.read(1) == 1 { _ = bits.read(7) }
    if bits.read(4) == 15 { _ = bits.read(16) }
    if bits.read(1) == 1 {
      _ = bits.read(3)
      guard bits.read(1) == 0 else { return nil }
    }
    guard bits.read(2) == 0 else { return nil }
    _ = bits.read(1)
    let resolution = bits.read(16)
    return max(1, Int.bitWidth - max(resolution - 1, 0).leadingZeroBitCount)
  }

  /// Whether user data is DivX's mark, `DivX503b1393p`.
  private static func saysPacked(_ unit: Span<UInt8>) -> Bool {
    let mark: [UInt8] = Array("DivX".utf8)
    guard unit.count > mark.count + 1, mark.indices.allSatisfy({ unit[$0 + 1] == mark[$0] }) else { return false }
    var end = 1 + mark.count
    while end < min(unit.count, 33), unit[end] != 0 { end += 1 }
    return unit[end - 1] == UInt8(ascii: "p")
  }
}

/// The order of display by kinds of frames: those that refer to two others are shown before the last of the others.
struct AnchorOrder: Sendable {
  /// Frames so far that others may refer to.
  private(set) var count: Int64 = 0
  private var between: Int64 = 0

  /// The place of the next frame; `nil` if it refers to two frames before there are two.
  mutating func order(isBidirectional: Bool) -> Int64? {
    if isBidirectional {
      guard count > 1 else { return nil }
      between += 1
      return (count - 1) << 23 + between
    }
    (count, between) = (count + 1, 0)
    return count << 23
  }
}
