/// Reads from a compressed picture's first bytes what the index has to know; nothing is decoded.
struct PictureHeader {
  private let syntax: StreamDescription.Syntax
  /// Bytes of the length in front of a NAL unit, 0 for start codes.
  private let lengthSize: Int
  /// HEVC pictures of the highest temporal layer only can be left out.
  private(set) var highestLayer: UInt8 = 0
  /// What H.264 pictures that may be fields are distinguished by.
  private var fields: H264Fields?
  private var lastField: H264Fields.Picture?
  /// Whether frames were met whose two fields stand in two packets.
  private(set) var hasSplitFrames = false

  init(stream: StreamDescription) {
    syntax = stream.syntax
    lengthSize = stream.withHeaders { headers in
      switch stream.syntax {
      case .h264 where headers.count > 6 && headers[0] == 1: Int(headers[4] & 3) + 1
      // As FFmpeg tells hvcC from start codes.
      case .hevc where headers.count > 22 && (headers[0] != 0 || headers[1] != 0 || headers[2] > 1):
        Int(headers[21] & 3) + 1
      default: 0
      }
    }
    if syntax == .h264 {
      fields = stream.withHeaders { headers in
        // avcC holds its first parameter set behind six bytes, a count and a length (ISO/IEC 14496-15, 5.3.3).
        if lengthSize > 0 { return headers.count > 8 ? H264Fields(parameters: headers.extracting(8...)) : nil }
        var fields: H264Fields?
        PictureHeader.forEachUnit(headers, lengthSize: 0) { unit in
          if unit[0] & 31 == 7 { fields = H264Fields(parameters: unit) }
          return fields == nil
        }
        return fields
      }
    }
    if syntax == .mpeg4 { mpeg4 = stream.withHeaders { MPEG4Pictures(headers: $0) } }
  }

  /// Whether each packet stands for itself, so that any may be the first.
  var isIntraOnly: Bool { syntax == .intraOnly }

  var isH264: Bool { syntax == .h264 }

  /// The pictures of an MPEG-4 Part 2 stream, whose packets may hold two of them or none.
  private(set) var mpeg4: MPEG4Pictures?

  /// The traits of a packet that the container calls a key frame or not.
  mutating func traits(of bytes: Span<UInt8>, isKey: Bool) -> PacketEntry.Traits {
    let key: PacketEntry.Traits = isKey ? .start : []
    switch syntax {
    case .intraOnly: return [.start, .unreferenced]
    case .h264: return h264(bytes, isKey: isKey)
    case .hevc: return hevc(bytes)
    case .vp8:
      // The frame tag: bit 0 says "not a key frame", bit 4 "shown" (RFC 6386, section 9.1).
      let isShown = bytes.count > 0 && bytes[0] & 0x10 != 0
      return isShown ? key : key.union(.hidden)
    case .vp9: return PictureHeader.isShownVP9(bytes) ? key : key.union(.hidden)
    case .mpeg4:
      let kind = mpeg4?.append(bytes)
      if kind == nil { return key.union(.hidden) }
      return kind == .bidirectional ? .unreferenced : key
    case .mpeg12, .other: return key
    }
  }

  // MARK: H.264

  private mutating func h264(_ bytes: Span<UInt8>, isKey: Bool) -> PacketEntry.Traits {
    var traits: PacketEntry.Traits = []
    var known = fields
    var found: [H264Fields.Picture] = []
    var recovers = false
    var hasSlice = false
    var onlyIntra = true
    var referenced = false
    PictureHeader.forEachUnit(bytes, lengthSize: lengthSize) { unit in
      let type = unit[0] & 31
      switch type {
      case 5:
        traits.insert(.start)
        hasSlice = true
        referenced = true
        if let field = known?.picture(slice: unit) { found.append(field) }
        return known != nil
      case 1, 2:
        hasSlice = true
        if unit[0] & 0x60 != 0 { referenced = true }
        var bits = BitReader(unit, from: 1)
        _ = bits.exponential()  // first_mb_in_slice
        let kind = bits.exponential() % 5
        if kind != 2 && kind != 4 { onlyIntra = false }
        if let field = known?.picture(slice: unit) { found.append(field) }
        // A slice that nobody refers to: all slices of the picture are alike (7.4.1). Two fields are two pictures.
        return known != nil || (referenced && onlyIntra && isKey)
      case 6:
        if PictureHeader.recoveryFrames(unit) == 0 { recovers = true }
        return true
      case 7:
        known = H264Fields(parameters: unit)
        return true
      default:
        return true
      }
    }
    fields = known
    guard hasSlice else { return [] }
    defer { lastField = found.count == 1 ? found[0] : nil }
    if found.count == 1, let lastField, found[0].completes(lastField) {
      // The other half of a frame that the packet before began.
      hasSplitFrames = true
      found = []
      return .hidden
    }
    // A recovery point that is reached with its own picture, or a key frame of the container that is all intra.
    if !traits.contains(.start), onlyIntra, recovers || isKey { traits.insert(.start) }
    // A field alone stays: its frame's other one may be referred to.
    if !referenced, found.count != 1 { traits.insert(.unreferenced) }
    return traits
  }

  /// `recovery_frame_cnt` of a recovery point message (H.264, D.1.8), or `nil` if there is none.
  private static func recoveryFrames(_ unit: Span<UInt8>) -> Int? {
    var offset = 1
    while offset + 2 < unit.count {
      var type = 0
      while offset < unit.count, unit[offset] == 255 { (type, offset) = (type + 255, offset + 1) }
      guard offset < unit.count else { return nil }
      type += Int(unit[offset])
      offset += 1
      var size = 0
      while offset < unit.count, unit[offset] == 255 { (size, offset) = (size + 255, offset + 1) }
      guard offset < unit.count else { return nil }
      size += Int(unit[offset])
      offset += 1
      if type == 6 {
        var bits = BitReader(unit, from: offset)
        return bits.exponential()
      }
      offset += size
    }
    return nil
  }

  // MARK: HEVC

  private mutating func hevc(_ bytes: Span<UInt8>) -> PacketEntry.Traits {
    var traits: PacketEntry.Traits = []
    var layer: UInt8 = 0
    PictureHeader.forEachUnit(bytes, lengthSize: lengthSize) { unit in
      guard unit.count > 1 else { return true }
      let type = (unit[0] >> 1) & 63
      guard type < 32 else { return true }
      layer = unit[1] & 7
      if (16...21).contains(type) { traits.insert(.start) }
      // Sub-layer non-reference pictures have even types below 16 (H.265, table 7-1).
      if type < 16, type % 2 == 0 { traits.insert(.unreferenced) }
      return false
    }
    highestLayer = max(highestLayer, layer)
    // The temporal layer rides along until the highest is known.
    if traits.contains(.unreferenced) { traits.formUnion(PacketEntry.Traits(rawValue: layer << 4)) }
    return traits
  }

  /// Withdraws the mark from HEVC pictures that a higher temporal layer may refer to.
  func settle(_ traits: PacketEntry.Traits) -> PacketEntry.Traits {
    guard syntax == .hevc else { return traits }
    let plain = PacketEntry.Traits(rawValue: traits.rawValue & 15)
    return traits.rawValue >> 4 < highestLayer ? plain.subtracting(.unreferenced) : plain
  }

  // MARK: VP9

  // The uncompressed header: marker 2 bits, profile 2 (3 for profile 3), show_existing_frame, frame_type, show_frame.
  // A superframe ends with its index and shows its last frame (VP9 bitstream specification, annex B).
  private static func isShownVP9(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 0 else { return false }
    if bytes[bytes.count - 1] & 0xE0 == 0xC0 { return true }
    var bits = BitReader(bytes, from: 0)
    guard bits.read(2) == 2 else { return true }
    let profile = bits.read(1) + 2 * bits.read(1)
    if profile == 3 { _ = bits.read(1) }
    if bits.read(1) == 1 { return true }
    _ = bits.read(1)
    return bits.read(1) == 1
  }

  // MARK: NAL units

  /// Calls `body` with each NAL unit, header first, until it returns `false`.
  private static func forEachUnit(_ bytes: Span<UInt8>, lengthSize: Int, _ body: (Span<UInt8>) -> Bool) {
    if lengthSize > 0 {
      var offset = 0
      while offset + lengthSize < bytes.count {
        var length = 0
        for byte in 0..<lengthSize { length = length << 8 | Int(bytes[offset + byte]) }
        offset += lengthSize
        guard length > 0, length <= bytes.count - offset else { return }
        guard body(bytes.extracting(offset..<offset + length)) else { return }
        offset += length
      }
    } else {
      var offset = 0
      var unit = -1
      while offset + 2 < bytes.count {
        guard bytes[offset] == 0, bytes[offset + 1] == 0, bytes[offset + 2] == 1 else {
          offset += 1
          continue
        }
        if unit >= 0, unit < offset, !body(bytes.extracting(unit..<offset)) { return }
        unit = offset + 3
        offset = unit
      }
      if unit >= 0, unit < bytes.count { _ = body(bytes.extracting(unit..<bytes.count)) }
    }
  }
}
