/// Which pictures the packets of an MPEG-4 Part 2 stream hold, and in which order they are shown.
///
/// AVI states no presentation times. The order follows from the kinds of pictures: one that refers to two others is
/// shown at once, any other when the next such one comes (ISO/IEC 14496-2, 6.1.3). DivX "packed bitstream" puts
/// two pictures into one packet, to be decoded with the next packets, the last of which is empty.
struct MPEG4Pictures: Sendable {
  enum Kind: Int, Sendable {
    case intra, predicted, bidirectional, sprite
  }

  /// The coded pictures of all packets in order, and how many each packet begins.
  private var kinds: [Kind] = []
  private var counts: [Int] = []
  private var timeBits: Int?
  private var isDivXPacked = false

  /// Reads headers that stand before the stream.
  init(headers: Span<UInt8>) {
    readUnits(headers) { _ in }
  }

  /// Reads one packet.
  /// - Returns: its only picture's kind, or `nil` if it has none or several.
  mutating func append(_ bytes: Span<UInt8>) -> Kind? {
    var own: [Kind] = []
    readUnits(bytes) { own.append($0) }
    kinds += own
    counts.append(own.count)
    return own.count == 1 ? own[0] : nil
  }

  /// Whether every packet has at most one picture.
  var isPlain: Bool { counts.allSatisfy { $0 < 2 } }

  /// Packets in the order in which their pictures are shown, and those at which decoding may begin; `nil` if that cannot
  /// be told without decoding.
  func displayOrder() -> (shown: [Int], starts: [Int])? {
    guard timeBits != nil, kinds.first == .intra, !kinds.contains(.sprite) else { return nil }
    // The packet with which each picture is decoded.
    var packets: [Int] = []
    var starts: [Int] = []
    if isPlain {
      packets = counts.indices.filter { counts[$0] == 1 }
      starts = zip(packets, kinds).filter { $0.1 == .intra }.map(\.0)
    } else {
      // A picture that no further packet follows stays undecoded.
      guard isDivXPacked, kinds.count >= counts.count else { return nil }
      var begun = 0
      for (packet, count) in counts.enumerated() {
        if begun == packet, count > 0, kinds[packet] == .intra { starts.append(packet) }
        begun += count
        guard begun > packet else { return nil }
      }
      packets = Array(counts.indices)
    }
    var shown: [Int] = []
    var waiting: Int?
    for (packet, kind) in zip(packets, kinds) {
      if kind == .bidirectional {
        guard waiting != nil, shown.count > 0 else { return nil }
        shown.append(packet)
      } else {
        if let waiting { shown.append(waiting) }
        waiting = packet
      }
    }
    if let waiting { shown.append(waiting) }
    return (shown, starts)
  }

  // MARK: Syntax

  /// Calls `body` with the kind of each coded picture, and learns from headers on the way.
  private mutating func readUnits(_ bytes: Span<UInt8>, _ body: (Kind) -> Void) {
    var offset = 0
    while offset + 4 < bytes.count {
      guard bytes[offset] == 0, bytes[offset + 1] == 0, bytes[offset + 2] == 1 else {
        // No start code ends here unless this byte is 0 or 1.
        offset += bytes[offset + 2] > 1 ? 3 : 1
        continue
      }
      let code = bytes[offset + 3]
      offset += 4
      switch code {
      case 0x20...0x2F: timeBits = MPEG4Pictures.timeBits(bytes, from: offset) ?? timeBits
      case 0xB2: if MPEG4Pictures.saysPacked(bytes, from: offset) { isDivXPacked = true }
      case 0xB6:
        var bits = BitReader(bytes, from: offset)
        let kind = Kind(rawValue: bits.read(2)) ?? .intra
        while bits.read(1) == 1 {}  // modulo_time_base; ends with the zeros past the end at the latest
        _ = bits.read(1 + (timeBits ?? 1) + 1)
        if bits.read(1) == 1 { body(kind) }
      default: break
      }
    }
  }

  /// Bits of `vop_time_increment`, from a video object layer's header (6.2.3); `nil` for other than rectangular shapes.
  private static func timeBits(_ bytes: Span<UInt8>, from offset: Int) -> Int? {
    var bits = BitReader(bytes, from: offset)
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
  private static func saysPacked(_ bytes: Span<UInt8>, from offset: Int) -> Bool {
    let mark: [UInt8] = Array("DivX".utf8)
    guard offset + mark.count < bytes.count, mark.indices.allSatisfy({ bytes[offset + $0] == mark[$0] }) else {
      return false
    }
    var end = offset + mark.count
    while end < min(bytes.count, offset + 32), bytes[end] != 0 { end += 1 }
    return bytes[end - 1] == UInt8(ascii: "p")
  }
}
