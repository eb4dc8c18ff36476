/// VP8 and VP9: key frames, frames that are not shown, and sizes.
struct VPXSyntax: StreamSyntax {
  let history = HeaderHistory()
  let order = CodecOrder.decoding
  private(set) var doubt: String?
  private let isVP9: Bool
  private var firstSize: Size?
  /// The sizes of the frames that VP9 may refer to.
  private var slots = [Size?](repeating: nil, count: 8)

  private struct Size: Equatable {
    let width: Int
    let height: Int
  }

  init(isVP9: Bool) { self.isVP9 = isVP9 }

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) {}

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    PacketFacts(traits: isVP9 ? vp9(bytes) : vp8(bytes), order: Int64(number))
  }

  private mutating func note(_ size: Size) {
    if let firstSize, firstSize != size, doubt == nil { doubt = "the size of frames changes" }
    firstSize = firstSize ?? size
  }

  // The frame tag: bit 0 says "not a key frame", bit 4 "shown"; a key frame's size follows a start code (RFC 6386, 9.1).
  private mutating func vp8(_ bytes: Span<UInt8>) -> PacketEntry.Traits {
    guard bytes.count > 2 else { return .hidden }
    let isKey = bytes[0] & 1 == 0
    if isKey, bytes.count > 9 {
      note(
        Size(
          width: Int(bytes[6]) | Int(bytes[7] & 0x3F) << 8, height: Int(bytes[8]) | Int(bytes[9] & 0x3F) << 8))
    }
    let key: PacketEntry.Traits = isKey ? [.start, .complete] : []
    return bytes[0] & 0x10 != 0 ? key : key.union(.hidden)
  }

  // A superframe ends with its index and shows its last frame (VP9 bitstream specification, annex B).
  private mutating func vp9(_ bytes: Span<UInt8>) -> PacketEntry.Traits {
    guard bytes.count > 0 else { return .hidden }
    var frames = [0..<bytes.count]
    let mark = bytes[bytes.count - 1]
    if mark & 0xE0 == 0xC0 {
      let (count, width) = (Int(mark & 7) + 1, Int(mark >> 3 & 3) + 1)
      let index = bytes.count - 2 - count * width
      if index >= 0, bytes[index] == mark {
        frames = []
        var offset = 0
        for frame in 0..<count {
          let size = bytes.littleEndian(index + 1 + frame * width, width)
          guard size <= index - offset else { break }
          if size > 0 { frames.append(offset..<offset + size) }
          offset += size
        }
      }
    }
    var isKey = false
    var isShown = false
    for number in frames.indices {
      let header = frame(bytes.extracting(frames[number]))
      if number == 0 { isKey = header.isKey }
      isShown = isShown || header.isShown
    }
    let key: PacketEntry.Traits = isKey ? [.start, .complete] : []
    return isShown ? key : key.union(.hidden)
  }

  /// Reads an uncompressed header (6.2) as far as the size.
  private mutating func frame(_ bytes: Span<UInt8>) -> (isKey: Bool, isShown: Bool) {
    var bits = PayloadBits(plain: bytes, atMost: 24)
    guard bits.read(2) == 2 else { return (false, true) }
    let profile = bits.read(1) + 2 * bits.read(1)
    if profile == 3 { bits.skip(1) }
    if bits.flag() { return (false, true) }  // a frame that is there already is shown
    let isInter = bits.flag()
    let isShown = bits.flag()
    let resists = bits.flag()
    if !isInter {
      bits.skip(24)
      skipColor(&bits, profile: profile)
      let size = readSize(&bits)
      note(size)
      slots = slots.map { _ in size }
      return (true, isShown)
    }
    let isIntraOnly = isShown ? false : bits.flag()
    if !resists { bits.skip(2) }
    if isIntraOnly {
      bits.skip(24)
      if profile > 0 { skipColor(&bits, profile: profile) }
    }
    let refreshed = bits.read(8)
    var size: Size?
    if !isIntraOnly {
      let references = (0..<3).map { _ in
        let slot = bits.read(3)
        bits.skip(1)
        return slot
      }
      for slot in references where bits.flag() {
        size = slots[slot]
        break
      }
    }
    let found = size ?? readSize(&bits)
    note(found)
    for slot in 0..<8 where refreshed >> slot & 1 == 1 { slots[slot] = found }
    return (false, isShown)
  }

  private func skipColor(_ bits: inout PayloadBits, profile: Int) {
    if profile > 1 { bits.skip(1) }
    let space = bits.read(3)
    if space != 7 {
      bits.skip(1)
      if profile % 2 == 1 { bits.skip(3) }
    } else if profile % 2 == 1 {
      bits.skip(1)
    }
  }

  private func readSize(_ bits: inout PayloadBits) -> Size {
    Size(width: bits.read(16) + 1, height: bits.read(16) + 1)
  }
}
