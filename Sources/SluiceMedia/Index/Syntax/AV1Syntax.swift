/// AV1: temporal units that begin with a key frame, and changes of the sequence header.
struct AV1Syntax: StreamSyntax {
  private(set) var history = HeaderHistory()
  let order = CodecOrder.decoding
  private(set) var doubt: String?
  private var isReduced = false

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) {
    // av1C: four bytes, then units (AV1 in ISO base media files, 2.3.3).
    guard bytes.count > 4, bytes[0] == 0x81 else { return }
    _ = readUnits(bytes.extracting(4...), in: packet)
  }

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    let isStart = readUnits(bytes, in: number)
    return PacketFacts(traits: isStart ? history.start(number) : [], order: Int64(number))
  }

  /// - Returns: whether the first frame is a key frame that is shown.
  private mutating func readUnits(_ bytes: Span<UInt8>, in packet: Int) -> Bool {
    var offset = 0
    var isStart: Bool?
    while offset < bytes.count {
      let header = bytes[offset]
      let type = header >> 3 & 15
      offset += header & 4 != 0 ? 2 : 1
      var size = bytes.count - offset
      if header & 2 != 0 {
        size = 0
        var shift = 0
        while offset < bytes.count, shift < 35 {
          let byte = bytes[offset]
          size |= Int(byte & 0x7F) << shift
          (offset, shift) = (offset + 1, shift + 7)
          if byte & 0x80 == 0 { break }
        }
      }
      guard size > 0, size <= bytes.count - offset else {
        if size == 0 { continue }
        break
      }
      let unit = bytes.extracting(offset..<offset + size)
      if type == 1 {
        isReduced = unit[0] & 0x08 != 0
        if history.read(HeaderHistory.Key(kind: 1), unit, in: packet), doubt == nil {
          doubt = "the stream's parameters change"
        }
      } else if type == 3 || type == 6, isStart == nil {
        // show_existing_frame, frame_type, show_frame (5.9.2).
        isStart = isReduced || unit[0] & 0xF0 == 0x10
      }
      offset += size
    }
    return isStart ?? false
  }
}
